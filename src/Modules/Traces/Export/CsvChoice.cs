using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;

namespace Sillage.Traces.Export;

/// <summary>Whether a resource is asked for as CSV: by <c>?format=</c>, else by <c>Accept</c>.</summary>
internal static class CsvChoice
{
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    public const string Description = "json or csv; takes precedence over Accept.";

    /// <summary>Whether CSV is wanted and not JSON or XML.</summary>
    /// <exception cref="ProblemException">400: no such format.</exception>
    public static bool IsWanted(HttpRequest request) =>
        request.Query["format"].ToString() switch
        {
            "csv" => true,
            "json" => false,
            "" => IsFirstAccepted(request),
            _ => throw new ProblemException(
                Problem.BadRequest("The format is not known.", new FieldError("?format", "json or csv."))
            ),
        };

    private static bool IsFirstAccepted(HttpRequest request) =>
        request
            .GetTypedHeaders()
            .Accept.OrderByDescending(a => a.Quality ?? 1)
            .Select(a => a.MediaType.Value)
            .FirstOrDefault(type =>
                type is "text/csv" or "application/json" or "application/xml" or "text/xml" or "*/*" or "application/*"
            ) == "text/csv";
}
