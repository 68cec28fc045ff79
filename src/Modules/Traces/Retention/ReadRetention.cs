using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Retention;

/// <summary>Tells what retention would remove now, or would if it were another.</summary>
internal static class ReadRetention
{
    public static void Map(RouteGroupBuilder retention) =>
        retention
            .MapGet("/", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("See what retention would remove")
            .WithDescription(
                "Counts the traces and rejected traces that are past the study's time, and says from when to when they were "
                    + "received; nothing is changed. With `days` it counts for another retention, so that one can see before setting it. "
                    + "It costs what there is to remove."
            )
            .WithQuery("days", "The retention to count for, 1 to 36 500 days. Default the study's own.", "365")
            .WithReplyExample(RetentionResource.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<RetentionResource>> Handle(
        Study study,
        RetentionRuns runs,
        IDatabase<TracesData> database,
        CancellationToken ct,
        int? days = null
    )
    {
        if (days is < 1 or > Study.LongestRetention)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "The retention is not valid.",
                    new FieldError("?days", $"A whole number from 1 to {Study.LongestRetention}.")
                )
            );
        }

        return Reply.Ok(await runs.PreviewAsync(database, study, days ?? study.RetentionDays, ct));
    }
}
