using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Posts.Moderation;

/// <summary>The queue of the moderators: what was reported.</summary>
internal static class ListReports
{
    private const string Open =
        ReportRow.Select + " WHERE r.outcome IS NULL AND r.id > @After ORDER BY r.id LIMIT @Limit";

    private const string Settled =
        ReportRow.Select
        + " WHERE r.outcome IS NOT NULL AND (@NoCursor OR r.id < @After) ORDER BY r.id DESC LIMIT @Limit";

    private sealed record Keys(Guid Id);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var reports = routes.MapGroup("/api/v1/post-reports").WithTags("Moderation");
        reports
            .MapGet("/", Handle)
            .RequirePermission(PostsPermission.Moderate)
            .WithSummary("List reports")
            .WithDescription("Those that are open, the oldest first, or those that are settled, the newest first.")
            .WithQuery("state", "`open` or `settled`. Default: open.", "open")
            .WithReplyExample(new Page<ReportResource>([ReportResource.Example], null));
        reports
            .MapGet("/{report:guid}", Read)
            .RequirePermission(PostsPermission.Read)
            .WithSummary("Read a report")
            .WithDescription("For moderators, and for whoever reported.")
            .WithReplyExample(ReportResource.Example)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<PageReply<ReportResource>, Problem>> Handle(
        PageRequest page,
        IDatabase<PostsData> database,
        CancellationToken ct,
        string state = "open"
    )
    {
        if (state is not ("open" or "settled"))
        {
            return Problem.BadRequest("The query is not valid.", new FieldError("?state", "'open' or 'settled'."));
        }

        var after = page.After<Keys>();
        var parameters = new
        {
            NoCursor = after is null,
            After = after?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var sql = state == "open" ? Open : Settled;
        var rows = await database.ReadAsync(r => r.QueryAsync<ReportRow>(sql, parameters, ct), ct);
        return PageReply<ReportResource>.Of([.. rows.Select(ReportResource.Of)], page, report => new Keys(report.Id));
    }

    private static async Task<Results<Reply<ReportResource>, Problem>> Read(
        Guid report,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var row = await database.ReadAsync(r => ReportRow.FindAsync(r, report, ct), ct);
        return row is not null && (row.Reporter == caller.Id || caller.Can(PostsPermission.Moderate))
            ? Reply.Ok(ReportResource.Of(row))
            : Problem.NotFound();
    }
}
