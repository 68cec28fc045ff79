using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>What changed in a collection.</summary>
/// <param name="Items">The records that changed, each once and as it is now, in the order of their last changes.</param>
/// <param name="Cursor">What to ask for next time as <c>since</c>.</param>
/// <param name="More">Whether there is more already.</param>
public sealed record RecordChanges(IReadOnlyList<RecordChange> Items, string Cursor, bool More);

/// <summary>A record that changed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Deleted">Whether it is deleted, or came out of the caller's sight.</param>
/// <param name="Record">The record; null if it is deleted.</param>
public sealed record RecordChange(Guid Id, bool Deleted, RecordView? Record);

/// <summary>Lists what changed since a copy was made, for clients that keep one.</summary>
internal static class ListChanges
{
    public static void Map(RouteGroupBuilder records) =>
        records
            .MapGet("/changes", Handle)
            .AllowAnonymous()
            .WithSummary("List changes of records")
            .WithDescription(
                """
                For clients that keep a copy: without `since` all records that the caller may read, with the `cursor` of the reply before what changed since, deletions too. A record that came
                out of the caller's sight by a change is told as deleted. A cursor that is older than deletions are kept (`Collections:KeepDeletedDays`), or from before a change of the
                declaration, gets 410: begin anew without `since`.
                """
            )
            .WithQuery("since", "The cursor of the reply before. Default: from the beginning.")
            .WithQuery(
                "filter",
                "Which records, as in *List records*: a change of another one comes as deleted. The same for each `since`. Default all."
            )
            .WithQuery("limit", "How many records at most, 1 to 1000. Default 500.", "500")
            .WithReplyExample(
                new RecordChanges(
                    [new RecordChange(new Guid("019337d6-0f8a-7c4e-9d3b-2f6a51c0e8b7"), true, null)],
                    "eyJwb3NpdGlvbiI6N30",
                    false
                )
            )
            .Fails(
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status410Gone
            );

    private static async Task<Results<Reply<RecordChanges>, Problem>> Handle(
        FoundCollection found,
        IDatabase<CollectionsData> database,
        IOptions<CollectionsOptions> options,
        TimeProvider clock,
        CancellationToken ct,
        string? since = null,
        string? filter = null,
        int limit = 500
    )
    {
        if (limit is < 1 or > PageRequest.MaximumLimit)
        {
            return Problem.BadRequest(
                "The page's length is not valid.",
                new FieldError("?limit", "A whole number from 1 to 1000.")
            );
        }

        var (plan, now) = (found.Plan, clock.GetUtcNow());
        var oldest = now - TimeSpan.FromDays(options.Value.KeepDeletedDays);
        var from = since is null
            ? new ChangeCursor(0, plan.Revision, now)
            : ChangeCursor.Read(since, "?since", plan.Revision, oldest);
        var access = new Access(found.Known, found.Viewer, now);
        if (access.RuleOf(Deed.Read) is Truth { Value: false })
        {
            return access.Denied(Deed.Read);
        }

        var test = RecordQuery.FilterAt("?filter", filter, found.Known, found.Viewer);
        var (changes, next, more) = await database.ReadAsync(
            r => ChangeFeed.ReadAsync(r, access, from, test, since is null, limit, now, ct),
            ct
        );
        return Reply.Ok(new RecordChanges([.. changes.Select(one => one.Change)], next.ToText(), more));
    }
}
