using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>What was done to a record.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Who did it; null for somebody without an account, and once that person was erased.</param>
/// <param name="Action">What: <c>created</c>, <c>changed</c>, <c>deleted</c> or <c>restored</c>.</param>
/// <param name="Fields">The fields that were others before, as far as the reader may know of them.</param>
/// <param name="Record">The record as it was afterwards.</param>
public sealed record RecordVersion(
    DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Guid? Actor,
    string Action,
    IReadOnlyList<string> Fields,
    RecordView Record
);

/// <summary>Lists what became of a record, where its collection keeps that.</summary>
internal static class ListHistory
{
    private static readonly string[] ExampleFields = ["title", "author", "price"];

    public static void Map(RouteGroupBuilder record) =>
        record
            .MapGet("/history", Handle)
            .AllowAnonymous()
            .WithSummary("List the history of a record")
            .WithDescription(
                """
                The newest first, of collections that are declared with `history`; of others there is none. Who may read the record reads what was done to it, save the versions that the rules would not have
                let them read.
                """
            )
            .WithReplyExample(
                new
                {
                    items = new[]
                    {
                        new
                        {
                            at = "2026-11-20T09:30:00Z",
                            actor = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58",
                            action = "created",
                            fields = ExampleFields,
                            record = RecordView.Example,
                        },
                    },
                    next = (string?)null,
                }
            )
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<PageReply<RecordVersion>, Problem>> Handle(
        Guid record,
        FoundCollection found,
        PageRequest page,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var read = await database.ReadAsync(
            async reader =>
            {
                var access = new Access(found.Known, found.Viewer, clock.GetUtcNow());
                var row = await RecordRow.FindAsync(reader, found.Plan.Key, record, ct);
                return row is not null && await access.AllowsAsync(reader, Deed.Read, row, row.Read(found.Plan), ct)
                    ? (Row: row, Versions: await ReadAsync(reader, access, row, page, ct))
                    : default;
            },
            ct
        );
        if (read.Row is null)
        {
            return Problem.NotFound();
        }

        var (versions, isCut) = read.Versions;
        return PageReply<Shown>
            .Of(
                [
                    .. versions.Select(
                        (version, i) => Show(found, read.Row, version, versions.ElementAtOrDefault(i + 1))
                    ),
                ],
                page,
                last => new Cursor(last.Position),
                isCut
            )
            .Select(shown => shown.Version);
    }

    // Judged as it was then; what it referred to, as it refers now.
    private static Task<(IReadOnlyList<Row> Rows, bool IsCut)> ReadAsync(
        IReader reader,
        Access access,
        RecordRow row,
        PageRequest page,
        CancellationToken ct
    )
    {
        var parameters = new DynamicParameters();
        var rule = new SqlWriter(reader.Dialect, access.Interpreter, parameters).Write(access.RuleOf(Deed.Read));
        parameters.Add("Record", row.Key);
        parameters.Add("Before", page.After<Cursor>()?.Position ?? long.MaxValue);
        return reader.QueryWithinAsync<Row>(
            $"""
            SELECT r.position, r.at, r.actor, r.action, CAST(r.data AS text) AS data FROM (
              SELECT c.key, c.collection, c.id, c.owner, c.created_at, c.updated_at, h.position, h.at, h.actor, h.action, h.data
              FROM record_history h JOIN record c ON c.key = h.record WHERE h.record = @Record AND h.position < @Before
            ) r WHERE {rule} ORDER BY r.position DESC LIMIT {(page.Limit + 1).ToString(CultureInfo.InvariantCulture)}
            """,
            parameters,
            PageRequest.MaximumBytes,
            version => version.Data.Length,
            ct
        );
    }

    private static Shown Show(FoundCollection found, RecordRow row, Row version, Row? before)
    {
        var (data, was) = (version.Read(found.Plan), before?.Read(found.Plan));
        var then = row with { UpdatedAt = Schema.Rfc3339.ToMicroseconds(version.At), DeletedAt = null };
        return new Shown(
            version.Position,
            new RecordVersion(
                version.At,
                version.Actor,
                version.Action,
                [
                    .. found
                        .Plan.Fields.Where(field =>
                            found.Viewer.Sees(found.Plan, field) && !RecordData.Same(was?[field], data[field])
                        )
                        .Select(field => field.Name),
                ],
                RecordView.Of(then, data, found.Viewer)
            )
        );
    }

    private sealed record Row(long Position, DateTimeOffset At, Guid? Actor, string Action, string Data)
    {
        public RecordData Read(CollectionPlan plan) => RecordData.Read(plan, Encoding.UTF8.GetBytes(Data));
    }

    private sealed record Shown(long Position, RecordVersion Version);

    private sealed record Cursor(long Position);
}
