using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Retention;

/// <summary>Has retention remove at once what it would remove at its next turn.</summary>
internal static class RunRetention
{
    public static void Map(RouteGroupBuilder retention) =>
        retention
            .MapPost("/runs", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Run retention")
            .WithDescription(
                "Begins to remove what is past the study's time, without waiting for the daily job. The reply comes at once; the "
                    + "run's own address tells how far it is. With dryRun=true nothing is removed, and the reply is as of GET "
                    + "…/retention. Audited."
            )
            .WithQuery("dryRun", "Whether only to count, and to change nothing. Default false.", "true")
            .WithReplyExample(RetentionRun.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static async Task<Results<CreatedReply<RetentionRun>, Reply<RetentionResource>, Problem>> Handle(
        Study study,
        IdempotencyKey key,
        Caller caller,
        RetentionRuns runs,
        IDatabase<TracesData> database,
        CancellationToken ct,
        bool dryRun = false
    )
    {
        if (dryRun)
        {
            return Reply.Ok(await runs.PreviewAsync(database, study, study.RetentionDays, ct));
        }

        var begun = await key.RunAsync<RetentionRun>(
            database,
            async unit =>
            {
                // The days that hold now, not those in memory.
                var current = await StudyStore.LockAsync(unit, study, caller, ct);
                if (current.RetentionDays is not { } days)
                {
                    return Problem.Conflict("The study keeps its traces for ever. Set its 'retentionDays' first.");
                }

                var run = await runs.AddAsync(unit, current.Key, days, caller.Id, ct);
                return Reply.Created(RetentionRun.AddressOf(study.Slug, run.Id), RetentionRun.Of(run, study.Slug));
            },
            ct
        );
        return begun.Result is CreatedReply<RetentionRun> created ? created : (Problem)begun.Result;
    }
}
