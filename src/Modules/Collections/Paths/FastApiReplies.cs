using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Formats;
using Sillage.Api.Problems;

namespace Sillage.Collections.Paths;

/// <summary>What a FastAPI application answers otherwise than we do: 200 to what is new, and 422 with a list to what does not validate.</summary>
internal static class FastApiReplies
{
    public static void AddTo(RouteGroupBuilder routes) =>
        ((IEndpointConventionBuilder)routes).Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } inner)
            {
                endpoint.RequestDelegate = context => RunAsync(context, inner);
            }
        });

    private static async Task RunAsync(HttpContext context, RequestDelegate inner)
    {
        var response = context.Response;
        response.OnStarting(() =>
        {
            if (response.StatusCode == StatusCodes.Status201Created)
            {
                response.StatusCode = StatusCodes.Status200OK;
            }

            return Task.CompletedTask;
        });
        try
        {
            await inner(context);
        }
        catch (ProblemException e) when (e.Problem.Status == StatusCodes.Status400BadRequest && !response.HasStarted)
        {
            response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            response.Headers.CacheControl = "no-store";
            var errors = e.Problem.Errors ?? [new FieldError(JsonPointer.Root, e.Problem.Detail ?? e.Problem.Title)];
            await response.WriteAsJsonAsync(new { detail = errors.Select(Of) }, Json.Options, context.RequestAborted);
        }
    }

    private static object Of(FieldError error) =>
        error.Detail == "Is missing."
            ? new
            {
                type = "missing",
                loc = Location(error.Pointer),
                msg = "Field required",
            }
            : new
            {
                type = "value_error",
                loc = Location(error.Pointer),
                msg = error.Detail,
            };

    // ["body", "tags", 0] for /tags/0, and ["query", "limit"] for ?limit.
    private static List<object> Location(string pointer)
    {
        if (pointer.StartsWith('?'))
        {
            return ["query", pointer[1..]];
        }

        var location = new List<object> { "body" };
        foreach (var segment in pointer.Split('/').Skip(1))
        {
            var name = segment
                .Replace("~1", "/", StringComparison.Ordinal)
                .Replace("~0", "~", StringComparison.Ordinal);
            location.Add(
                int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : name
            );
        }

        return location;
    }
}
