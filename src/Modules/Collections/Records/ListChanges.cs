using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
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
/// <param name="Deleted">Whether it is deleted.</param>
/// <param name="Record">The record; null if it is deleted.</param>
public sealed record RecordChange(Guid Id, bool Deleted, RecordView? Record);

/// <summary>Lists what changed since a copy was made, for clients that keep one.</summary>
internal static class ListChanges
{
    private const string Last = "SELECT position FROM collection_count WHERE collection = @Collection";

    public static void Map(RouteGroupBuilder records) =>
        records
            .MapGet("/changes", Handle)
            .AllowAnonymous()
            .WithSummary("List changes of records")
            .WithDescription(
                """
                For clients that keep a copy: without `since` all records that the caller may read, with the `cursor` of the reply before what changed since, deletions too. A record that came
                out of the caller's sight by a change is not told of. A cursor that is older than deletions are kept (`Collections:KeepDeletedDays`), or from before a change of the
                declaration, gets 410: begin anew without `since`.
                """
            )
            .WithQuery("since", "The cursor of the reply before. Default: from the beginning.")
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
        var from = since is null ? new ChangeCursor(0, plan.Revision, now) : Read(since);
        if (from is null)
        {
            return Problem.BadRequest(
                "The cursor is not valid.",
                new FieldError("?since", "Take it unchanged from the 'cursor' of the reply before.")
            );
        }

        if (from.Revision != plan.Revision || from.At < now - TimeSpan.FromDays(options.Value.KeepDeletedDays))
        {
            return Problem.Of(
                StatusCodes.Status410Gone,
                "Gone",
                "What changed since is not known any more: begin anew without since."
            );
        }

        var access = new Access(found.Known, found.Viewer, now);
        if (access.RuleOf(Deed.Read) is Truth { Value: false })
        {
            return access.Denied(Deed.Read);
        }

        return Reply.Ok(await database.ReadAsync(r => ReadAsync(r, access, from, since is null, limit, now, ct), ct));
    }

    private static async Task<RecordChanges> ReadAsync(
        IReader reader,
        Access access,
        ChangeCursor from,
        bool isWhole,
        int limit,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var plan = access.Known.Main;
        var parameters = new DynamicParameters();
        var rule = new SqlWriter(reader.Dialect, access.Interpreter, parameters).Write(access.RuleOf(Deed.Read));
        var collection = plan.Key.ToString(CultureInfo.InvariantCulture);
        parameters.Add("After", from.Position);
        // What was deleted before a copy is begun is in none.
        var alive = isWhole ? " AND r.deleted_at IS NULL" : "";
        var rows = await reader.QueryAsync<RecordRow>(
            $"""
            SELECT {RecordRow.Columns.For(reader.Dialect)} FROM record r
            WHERE r.collection = {collection} AND r.position > @After{alive} AND {rule} ORDER BY r.position LIMIT {limit
                + 1}
            """,
            parameters,
            ct
        );
        var last = await reader.ScalarAsync<long>(Last, new { Collection = plan.Key }, ct);
        var page = rows.Take(limit).ToList();
        var next = new ChangeCursor(rows.Count > limit ? page[^1].Position : last, plan.Revision, now);
        return new RecordChanges(
            [
                .. page.Select(row => new RecordChange(
                    row.Id,
                    row.DeletedAt is not null,
                    row.DeletedAt is null ? RecordView.Of(row, row.Read(plan), access.Viewer) : null
                )),
            ],
            Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(next, Json.Options)),
            rows.Count > limit
        );
    }

    private static ChangeCursor? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ChangeCursor>(Base64Url.DecodeFromChars(text), Json.Options);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Up to where a copy knows a collection.</summary>
    private sealed record ChangeCursor(long Position, long Revision, DateTimeOffset At);
}
