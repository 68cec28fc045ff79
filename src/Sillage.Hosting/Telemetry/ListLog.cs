using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;

namespace Sillage.Hosting.Telemetry;

/// <summary>Lists the last hour of this process's log.</summary>
internal static class ListLog
{
    private const int LongestText = 200;

    // From the least to the worst, in the words that lines have.
    private static readonly string[] Levels = ["information", "warning", "error", "critical"];

    private sealed record Keys(long Number);

    public static void MapLog(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/v1/server/log", Handle)
            .RequirePermission(ServerPermission.ReadServer)
            .WithTags("Server")
            .WithSummary("List the log of the last hour")
            .WithDescription(
                "What this process has logged, the newest first: at most 2 000 lines, and only since it was started. What is not "
                    + "logged (`Logging:LogLevel:…`, by default what is less than a warning) is not here either."
            )
            .WithQuery("level", "Only lines that are as bad as this, or worse.", "warning")
            .WithQuery("text", "Only lines that have this text in them, in any case of its letters.", "PostgreSQL")
            .WithReplyExample(
                new Page<LogLine>(
                    [
                        new LogLine(
                            7,
                            DateTimeOffset.UnixEpoch,
                            "warning",
                            "Sillage.Storage",
                            "PostgreSQL cannot be reached.",
                            null
                        ),
                    ],
                    Next: null
                )
            )
            .Fails(StatusCodes.Status400BadRequest);

    private static Results<PageReply<LogLine>, Problem> Handle(
        PageRequest page,
        RecentLog log,
        string? level = null,
        string? text = null
    )
    {
        var least = level is null ? 0 : Array.IndexOf(Levels, level);
        if (least < 0)
        {
            return Problem.BadRequest(
                "The filter is not valid.",
                new FieldError("?level", $"One of {string.Join(", ", Levels)}.")
            );
        }

        if (text is { Length: > LongestText })
        {
            return Problem.BadRequest(
                "The filter is not valid.",
                new FieldError("?text", $"At most {LongestText} characters.")
            );
        }

        var before = page.After<Keys>()?.Number ?? long.MaxValue;
        return PageReply<LogLine>.Of(
            [
                .. log.Read()
                    .Where(line =>
                        line.Number < before && Array.IndexOf(Levels, line.Level) >= least && Has(line, text)
                    )
                    .Take(page.Limit + 1),
            ],
            page,
            line => new Keys(line.Number)
        );
    }

    private static bool Has(LogLine line, string? text) =>
        string.IsNullOrEmpty(text)
        || line.Message.Contains(text, StringComparison.OrdinalIgnoreCase)
        || line.Category.Contains(text, StringComparison.OrdinalIgnoreCase)
        || line.Exception?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}
