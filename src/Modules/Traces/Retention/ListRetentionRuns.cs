using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Retention;

/// <summary>Reports what retention has removed.</summary>
internal static class ListRetentionRuns
{
    private const string SelectFirst = $"""
        SELECT {RetentionRow.Columns} FROM retention_run WHERE study = @study ORDER BY started_at DESC, id DESC LIMIT @limit
        """;

    private const string SelectNext = $"""
        SELECT {RetentionRow.Columns} FROM retention_run
        WHERE study = @study AND (started_at, id) < (@startedAt, @id) ORDER BY started_at DESC, id DESC LIMIT @limit
        """;

    private const string SelectOne =
        $"SELECT {RetentionRow.Columns} FROM retention_run WHERE study = @study AND id = @id";

    private sealed record Keys(DateTimeOffset StartedAt, Guid Id);

    public static void Map(RouteGroupBuilder retention)
    {
        retention
            .MapGet("/runs", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithSummary("List what retention removed")
            .WithDescription(
                "Every run that somebody asked for, and those of the daily job that found something; the newest first. Needs "
                    + "the right 'manage'."
            )
            .WithReplyExample(new Page<RetentionRun>([Examples.RetentionRun], null))
            .Fails(StatusCodes.Status404NotFound);
        retention
            .MapGet("/runs/{id:guid}", ReadAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithSummary("Read a run of retention")
            .WithDescription("How far it is, or what it removed. Needs the right 'manage'.")
            .WithReplyExample(Examples.RetentionRun)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<PageReply<RetentionRun>> HandleAsync(
        string study,
        PageRequest page,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var after = page.After<Keys>();
        var parameters = new
        {
            study = known.Key,
            startedAt = after?.StartedAt,
            id = after?.Id,
            limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(
            r => r.QueryAsync<RetentionRow>(after is null ? SelectFirst : SelectNext, parameters, ct),
            ct
        );
        return PageReply<RetentionRun>.Of(
            [.. rows.Select(row => RetentionRun.Of(row, study))],
            page,
            run => new Keys(run.StartedAt, run.Id)
        );
    }

    private static async Task<Reply<RetentionRun>> ReadAsync(
        string study,
        Guid id,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var row =
            await database.ReadAsync(
                r => r.FirstOrDefaultAsync<RetentionRow>(SelectOne, new { study = known.Key, id }, ct),
                ct
            ) ?? throw new ProblemException(Problem.NotFound());
        return Reply.Ok(RetentionRun.Of(row, study));
    }
}
