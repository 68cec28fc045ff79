using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Retention;

/// <summary>Reports what retention has removed.</summary>
internal static class ListRetentionRuns
{
    private const string SelectFirst = $"""
        SELECT {RetentionRow.Columns} FROM retention_run WHERE study = @Study ORDER BY started_at DESC, id DESC LIMIT @Limit
        """;

    private const string SelectNext = $"""
        SELECT {RetentionRow.Columns} FROM retention_run
        WHERE study = @Study AND (started_at, id) < (@StartedAt, @Id) ORDER BY started_at DESC, id DESC LIMIT @Limit
        """;

    private const string SelectOne =
        $"SELECT {RetentionRow.Columns} FROM retention_run WHERE study = @Study AND id = @Id";

    private sealed record Keys(DateTimeOffset StartedAt, Guid Id);

    public static void Map(RouteGroupBuilder retention)
    {
        retention
            .MapGet("/runs", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("List what retention removed")
            .WithDescription(
                "Every run that somebody asked for, and those of the daily job that found something; the newest first."
            )
            .WithReplyExample(new Page<RetentionRun>([RetentionRun.Example], null))
            .Fails(StatusCodes.Status404NotFound);
        retention
            .MapGet("/runs/{id:guid}", ReadAsync)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Read a run of retention")
            .WithDescription("How far it is, or what it removed.")
            .WithReplyExample(RetentionRun.Example)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<PageReply<RetentionRun>> Handle(
        Study study,
        PageRequest page,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>();
        var parameters = new
        {
            Study = study.Key,
            StartedAt = after?.StartedAt,
            Id = after?.Id,
            Limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(
            r => r.QueryAsync<RetentionRow>(after is null ? SelectFirst : SelectNext, parameters, ct),
            ct
        );
        return PageReply<RetentionRun>.Of(
            [.. rows.Select(row => RetentionRun.Of(row, study.Slug))],
            page,
            run => new Keys(run.StartedAt, run.Id)
        );
    }

    private static async Task<Reply<RetentionRun>> ReadAsync(
        Study study,
        Guid id,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var row =
            await database.ReadAsync(
                r => r.FirstOrDefaultAsync<RetentionRow>(SelectOne, new { Study = study.Key, Id = id }, ct),
                ct
            ) ?? throw new ProblemException(Problem.NotFound());
        return Reply.Ok(RetentionRun.Of(row, study.Slug));
    }
}
