using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Rowing.Logbook;

/// <summary>What is wrong with fields of a result, by their names.</summary>
internal sealed class FieldFaults
{
    // What is wrong with ten thousand strokes is said of a hundred: an answer is no longer than what was sent.
    private const int Most = 100;

    private readonly JsonObject _faults = [];

    public bool IsEmpty => _faults.Count == 0;

    public void Add(string field, string fault)
    {
        if (_faults[field] is JsonArray known)
        {
            known.Add(fault);
        }
        else if (_faults.Count < Most)
        {
            _faults[field] = new JsonArray(fault);
        }
    }

    public JsonObject ToJson() => (JsonObject)_faults.DeepClone();
}

/// <summary>Replies and errors as that API writes them.</summary>
internal static class LogbookReply
{
    public const string MediaType = "application/vnd.c2logbook.v1+json";

    /// <summary>Errors on the way to the handler; these have one text.</summary>
    public static readonly ProblemForm Form = new(
        path => path.StartsWithSegments("/concept2", StringComparison.OrdinalIgnoreCase),
        _ => "message",
        problem =>
            problem.Errors is { Count: > 0 } errors
                ? $"{problem.Detail} {string.Join(' ', errors.Select(e => $"{e.Pointer}: {e.Detail}"))}"
                : problem.Detail ?? problem.Title
    )
    {
        Status = "status_code",
    };

    /// <summary>A reply.</summary>
    public static IResult Ok(JsonNode body, int status = StatusCodes.Status200OK) => new Written(status, body);

    /// <summary>An error.</summary>
    public static IResult Error(int status, string message, FieldFaults? faults = null) =>
        new Written(status, ErrorBody(status, message, faults));

    /// <summary>404.</summary>
    public static IResult NotFound() => Error(StatusCodes.Status404NotFound, "The resource was not found.");

    public static JsonObject ErrorBody(int status, string message, FieldFaults? faults = null)
    {
        var body = new JsonObject { ["message"] = message, ["status_code"] = status };
        if (faults is not null)
        {
            body["errors"] = faults.ToJson();
        }

        return body;
    }

    private sealed class Written(int status, JsonNode body) : IResult, IStatusCodeHttpResult
    {
        int? IStatusCodeHttpResult.StatusCode => status;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.Headers.CacheControl = "private, no-cache";
            response.Headers.Append("Vary", "Accept");
            var asked = httpContext.Request.Headers.Accept.ToString();
            response.ContentType = asked.Contains(MediaType, StringComparison.OrdinalIgnoreCase)
                ? MediaType
                : "application/json; charset=utf-8";
            return response.WriteAsync(body.ToJsonString(Sillage.Api.Formats.Json.Options), httpContext.RequestAborted);
        }
    }
}
