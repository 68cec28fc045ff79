using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Idempotency;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Retention;

/// <summary>Has retention remove at once what it would remove at its next turn.</summary>
internal static class RunRetention
{
    public static void Map(RouteGroupBuilder retention) =>
        retention
            .MapPost("/runs", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Run retention")
            .WithDescription(
                "Begins to remove what is past the study's time, without waiting for the daily job. The reply comes at once; the "
                    + "run's own address tells how far it is. With dryRun=true nothing is removed, and the reply is as of GET "
                    + "…/retention. Needs the right 'manage'; audited."
            )
            .WithQuery("dryRun", "Whether only to count, and to change nothing. Default false.", "true")
            .WithReplyExample(Examples.RetentionRun)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static async Task<Results<CreatedReply<RetentionRun>, Reply<RetentionResource>, Problem>> HandleAsync(
        string study,
        IdempotencyKey key,
        Caller caller,
        StudyDirectory directory,
        RetentionRuns runs,
        IDatabase<TracesModule> database,
        CancellationToken ct,
        bool dryRun = false
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        if (dryRun)
        {
            return Reply.Ok(await ReadRetention.CountAsync(known, known.RetentionDays, runs, database, ct));
        }

        var begun = await key.RunAsync<RetentionRun>(
            database,
            async unit =>
            {
                // The days that hold now, not those in memory.
                var current =
                    await StudyStore.LoadForChangeAsync(unit, study, ct)
                    ?? throw new ProblemException(Problem.NotFound());
                current.Demand(caller, StudyRights.Manage);
                if (current.RetentionDays is not { } days)
                {
                    return Problem.Conflict("The study keeps its traces for ever. Set its 'retentionDays' first.");
                }

                var run = await runs.AddAsync(unit, current.Key, days, caller.Id, ct);
                return Reply.Created(RetentionRun.AddressOf(study, run.Id), RetentionRun.Of(run, study));
            },
            ct
        );
        return begun.Result is CreatedReply<RetentionRun> created ? created : (Problem)begun.Result;
    }
}
