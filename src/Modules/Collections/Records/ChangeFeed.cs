using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Formats;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>Up to where somebody knows a collection.</summary>
internal sealed record ChangeCursor(long Position, long Revision, DateTimeOffset At)
{
    public string ToText() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this, Json.Options));

    /// <summary>Reads one that was given out before.</summary>
    /// <exception cref="ProblemException">400: it is none; 410: what changed since is not known any more.</exception>
    public static ChangeCursor Read(string text, string pointer, long revision, DateTimeOffset oldest)
    {
        ChangeCursor? cursor = null;
        try
        {
            cursor = JsonSerializer.Deserialize<ChangeCursor>(Base64Url.DecodeFromChars(text), Json.Options);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // Told below.
        }

        if (cursor is null)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "The cursor is not valid.",
                    new FieldError(pointer, "Take it unchanged from the 'cursor' of the reply before.")
                )
            );
        }

        return cursor.Revision == revision && cursor.At >= oldest
            ? cursor
            : throw new ProblemException(
                Problem.Of(
                    StatusCodes.Status410Gone,
                    "Gone",
                    "What changed since is not known any more: begin anew without since."
                )
            );
    }
}

/// <summary>
/// What changed in a collection behind a cursor, judged for who asks on the record as it is and as it was at the cursor: what came out of sight is told as deleted. So is, with a
/// filter, what does not meet it, whether or not it did before.
/// </summary>
internal static class ChangeFeed
{
    private const string Last = "SELECT position FROM collection_count WHERE collection = @Collection";

    /// <summary>The place of the last change.</summary>
    public static Task<long> LastAsync(IReader reader, long collection, CancellationToken ct) =>
        reader.ScalarAsync<long>(Last, new { Collection = collection }, ct);

    /// <summary>The next changes in their order, each with the cursor behind it, and the cursor behind all that was looked at.</summary>
    public static async Task<(
        IReadOnlyList<(RecordChange Change, ChangeCursor Cursor)> Changes,
        ChangeCursor Next,
        bool More
    )> ReadAsync(
        IReader reader,
        Access access,
        ChangeCursor from,
        Test? filter,
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
        var (rows, isFull) = await reader.QueryWithinAsync<RecordRow>(
            $"""
            SELECT {RecordRow.Columns.For(reader.Dialect)} FROM record r
            WHERE r.collection = {collection} AND r.position > @After{alive} AND {rule} ORDER BY r.position LIMIT {limit
                + 1}
            """,
            parameters,
            PageRequest.MaximumBytes,
            row => row.Length,
            ct
        );
        var known = rows.Select(row => row.Id).ToHashSet();
        var seen = new List<(long Position, RecordChange? Change)>();
        foreach (var row in rows)
        {
            seen.Add((row.Position, await OfAsync(reader, row, access, filter, isWhole, ct)));
        }

        var isCut = isFull || rows.Count > limit;
        if (!isWhole && access.RuleOf(Deed.Read) is not Truth)
        {
            var left = await reader.QueryAsync<Left>(
                $"""
                SELECT r.id, r.position FROM (
                  SELECT c.key, c.collection, c.id, c.owner, c.position, c.created_at, b.updated_at, b.data
                  FROM record c JOIN record_before b ON b.record = c.key
                  WHERE c.collection = {collection} AND c.position > @After AND b.position = (
                    SELECT MIN(p.position) FROM record_before p WHERE p.record = c.key AND p.position > @After)
                ) r WHERE {rule} ORDER BY r.position LIMIT {limit + 1}
                """,
                parameters,
                ct
            );
            // Beyond the last row that was read there may be one that is still in sight.
            var end = isCut ? rows[^1].Position : long.MaxValue;
            isCut |= left.Count > limit;
            seen.AddRange(
                left.Where(one => !known.Contains(one.Id) && one.Position < end)
                    .Select(one => (one.Position, (RecordChange?)new RecordChange(one.Id, true, null)))
            );
        }

        // Of the same snapshot as the rows.
        var last = await LastAsync(reader, plan.Key, ct);
        var changes = seen.OrderBy(one => one.Position)
            .Take(limit)
            .Select(one => (one.Change, new ChangeCursor(one.Position, plan.Revision, now)))
            .ToList();
        var more = isFull || (isCut && changes.Count == limit);
        return (
            [.. changes.Where(one => one.Change is not null).Select(one => (one.Change!, one.Item2))],
            more ? changes[^1].Item2 : new ChangeCursor(last, plan.Revision, now),
            more
        );
    }

    private static async Task<RecordChange?> OfAsync(
        IReader reader,
        RecordRow row,
        Access access,
        Test? filter,
        bool isWhole,
        CancellationToken ct
    )
    {
        var data = row.Read(access.Known.Main);
        return row.DeletedAt is null && (filter is null || await access.HoldsAsync(reader, filter, row, data, ct))
                ? new RecordChange(row.Id, false, RecordView.Of(row, data, access.Viewer))
            : isWhole ? null
            : new RecordChange(row.Id, true, null);
    }

    private sealed record Left(Guid Id, long Position);
}
