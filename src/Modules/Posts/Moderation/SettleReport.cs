using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Moderation;

/// <summary>Settles a report: dismisses it, or hides what it is about.</summary>
internal static class SettleReport
{
    private const string Update = """
        UPDATE report SET outcome = @Outcome, settled_by = @By, settled_at = @At WHERE id = @Id AND outcome IS NULL
        """;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/post-reports/{report:guid}/settlement", Handle)
            .RequirePermission(PostsPermission.Moderate)
            .WithTags("Moderation")
            .WithSummary("Settle a report")
            .WithDescription("Dismisses it, or hides what was reported. Audited.")
            .WithRequestExample(new Settlement(ReportOutcome.Hidden))
            .WithReplyExample(ReportResource.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static async Task<Results<Reply<ReportResource>, Problem>> Handle(
        Guid report,
        Body<Settlement> body,
        Caller caller,
        PostStore store,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    ) =>
        await database.WriteAsync<Results<Reply<ReportResource>, Problem>>(
            async unit =>
            {
                if (await ReportRow.FindAsync(unit, report, ct) is not { } row)
                {
                    return Problem.NotFound("There is no such report.");
                }

                var outcome = Named.Of(body.Value.Outcome);
                var parameters = new
                {
                    Outcome = outcome,
                    By = caller.Id,
                    At = clock.GetUtcNow(),
                    row.Id,
                };
                if (await unit.ExecuteAsync(Update, parameters, ct) == 0)
                {
                    return Problem.Conflict("The report is settled already.");
                }

                if (body.Value.Outcome == ReportOutcome.Hidden)
                {
                    await HideAsync(unit, store, row, caller, ct);
                }

                await Hiding.AuditAsync(unit, $"report.{outcome}", caller.Id, row.Id, row.Reason, ct);
                return Reply.Ok(ReportResource.Of((await ReportRow.FindAsync(unit, report, ct))!));
            },
            ct
        );

    private static async Task HideAsync(
        IUnitOfWork unit,
        PostStore store,
        ReportRow row,
        Caller caller,
        CancellationToken ct
    )
    {
        if (row.CommentId is not { } comment)
        {
            await Hiding.SetAsync(unit, store, row.PostId, true, row.Reason, caller.Id, ct);
        }
        else if (await PostRow.FindAsync(unit, row.PostId, ct) is { } post)
        {
            await Hiding.SetAsync(unit, post, comment, true, row.Reason, caller.Id, ct);
        }
    }
}
