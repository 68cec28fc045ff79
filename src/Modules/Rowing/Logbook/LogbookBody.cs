using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;
using Sillage.Api.Requests;

namespace Sillage.Rowing.Logbook;

/// <summary>A body of JSON, as clients of that API send it: what is not known in it is passed over.</summary>
internal static class LogbookBody
{
    public const string MediaType = "application/json";

    /// <summary>Reads it.</summary>
    /// <exception cref="ProblemException">400 or 415.</exception>
    public static async Task<JsonElement> ReadAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType())
        {
            throw new ProblemException(Problem.UnsupportedMediaType([MediaType]));
        }

        var body = await RawBody.ReadAsync(http);
        try
        {
            using var document = JsonDocument.Parse(body);
            JsonRequest.RefuseUnstorable(body.Span);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new ProblemException(Problem.BadRequest("The body is not JSON."));
        }
    }
}
