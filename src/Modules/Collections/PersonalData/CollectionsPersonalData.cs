using System.Text.Json;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Records;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.PersonalData;

/// <summary>
/// What collections know of a person: the records that they own, the collections that they declared, and which changes they made. Without the tie, what everybody may
/// read stays without a name, and what not everybody may read goes; destroyed, all of their records go.
/// </summary>
internal sealed class CollectionsPersonalData(IDatabase<CollectionsData> database, TimeProvider clock) : IPersonalData
{
    private const int AtOnce = 500;

    private const string Everybody = """
        SELECT owner FROM record WHERE owner IS NOT NULL
        UNION SELECT owner FROM collection WHERE owner IS NOT NULL
        UNION SELECT actor FROM record_history WHERE actor IS NOT NULL
        UNION SELECT account FROM space_request WHERE account IS NOT NULL
        """;

    private const string CountRecords = "SELECT COUNT(*) FROM record WHERE owner = @Account";
    private const string CountCollections = "SELECT COUNT(*) FROM collection WHERE owner = @Account";
    private const string CountChanges = "SELECT COUNT(*) FROM record_history WHERE actor = @Account";

    private const string CountRequests = "SELECT COUNT(*) FROM space_request WHERE account = @Account";
    private const string ForgetRequests = "DELETE FROM space_request WHERE account = @Account";

    private const string Requests = $"""
        SELECT {SpaceRequest.Columns} FROM space_request WHERE account = @Account AND key > @After ORDER BY key LIMIT 1000
        """;

    private const string Owned =
        "SELECT key, space, name, definition, revision, owner, created_at, updated_at FROM collection WHERE owner = @Account";

    private static readonly Sql Records = new(
        $"SELECT {RecordRow.Columns.Sqlite} FROM record r WHERE r.owner = @Account AND r.key > @After ORDER BY r.key LIMIT @Limit",
        $"SELECT {RecordRow.Columns.Postgres} FROM record r WHERE r.owner = @Account AND r.key > @After ORDER BY r.key LIMIT @Limit"
    );

    private const string Changes = """
        SELECT h.record, h.position, h.at, h.action, r.id, r.collection FROM record_history h JOIN record r ON r.key = h.record
        WHERE h.actor = @Account AND h.record > @After ORDER BY h.record, h.position
        """;

    private const string ForgetOwner = "UPDATE record SET owner = NULL WHERE key = @Key";

    // A tombstone: copies elsewhere hear of it, and nothing is left of what was in it.
    private static readonly Sql Empty = new(
        """
        UPDATE record SET owner = NULL, position = @Position, deleted_at = @Now, data = '{}' WHERE key = @Key
        """,
        """
        UPDATE record SET owner = NULL, position = @Position, deleted_at = @Now, data = CAST('{}' AS jsonb) WHERE key = @Key
        """
    );

    private const string EmptyHistory = "DELETE FROM record_history WHERE record = @Key";

    private const string ForgetActor = "UPDATE record_history SET actor = NULL WHERE actor = @Account";

    private const string ForgetDeclarer =
        "UPDATE collection SET owner = NULL, revision = revision + 1 WHERE owner = @Account";

    public string Section => "collections";

    public async Task ExportAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var viewer = new Viewer(accountId, null, null, true, true);
        writer.WriteStartObject();
        writer.WriteStartArray("collections");
        foreach (
            var row in await database.ReadAsync(
                r => r.QueryAsync<CollectionRow>(Owned, new { Account = accountId }, ct),
                ct
            )
        )
        {
            JsonSerializer.Serialize(writer, row.Plan().Text, Json.Options);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("records");
        await foreach (var (row, plan) in RecordsOfAsync(accountId, ct))
        {
            writer.WriteStartObject();
            writer.WriteString("collection", plan.Address);
            writer.WritePropertyName("record");
            writer.WriteRawValue(RecordView.Of(row, row.Read(plan), viewer).Utf8.Span, skipInputValidation: true);
            writer.WriteEndObject();
            await writer.FlushAsync(ct);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("changes");
        foreach (
            var change in await database.ReadAsync(
                r => r.QueryAsync<PersonalChange>(Changes, new { Account = accountId, After = 0L }, ct),
                ct
            )
        )
        {
            JsonSerializer.Serialize(
                writer,
                new
                {
                    record = change.Id,
                    change.At,
                    change.Action,
                },
                Json.Options
            );
        }

        writer.WriteEndArray();
        writer.WriteStartArray("requests");
        IReadOnlyList<SpaceRequest> page = [];
        do
        {
            var from = new { Account = accountId, After = page.Count == 0 ? 0 : page[^1].Key };
            page = await database.ReadAsync(r => r.QueryAsync<SpaceRequest>(Requests, from, ct), ct);
            foreach (var request in page)
            {
                JsonSerializer.Serialize(
                    writer,
                    new
                    {
                        request.At,
                        request.Method,
                        request.Path,
                        request.Status,
                    },
                    Json.Options
                );
            }

            await writer.FlushAsync(ct);
        } while (page.Count == 1000);

        writer.WriteEndArray();
        await PersonalTrail.WriteAsync(database, accountId, writer, ct);
        writer.WriteEndObject();
    }

    public Task<Problem?> CorrectAsync(Guid accountId, JsonElement patch, CancellationToken ct) =>
        Task.FromResult<Problem?>(
            Problem.BadRequest(
                "A record is corrected at its own address, /api/v1/collections/{collection}/records/{record}."
            )
        );

    public Task<IReadOnlyDictionary<string, long>> CountAsync(Guid accountId, ErasureForm form, CancellationToken ct)
    {
        var account = new { Account = accountId };
        return database.ReadAsync<IReadOnlyDictionary<string, long>>(
            async r => new Dictionary<string, long>
            {
                ["records"] = await r.ScalarAsync<long>(CountRecords, account, ct),
                ["collections"] = await r.ScalarAsync<long>(CountCollections, account, ct),
                ["changes"] = await r.ScalarAsync<long>(CountChanges, account, ct),
                ["requests"] = await r.ScalarAsync<long>(CountRequests, account, ct),
            },
            ct
        );
    }

    public async Task<IReadOnlyCollection<Guid>> ListAccountsAsync(CancellationToken ct) =>
        await database.ReadAsync(r => r.QueryAsync<Guid>(Everybody, null, ct), ct);

    public async Task<bool> IsErasedAsync(Guid accountId, CancellationToken ct) =>
        (await CountAsync(accountId, ErasureForm.Destroy, ct)).Values.All(count => count == 0);

    public async Task EraseAsync(Guid accountId, ErasureForm form, IUnitOfWork unit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var plans = new Dictionary<long, CollectionPlan>();
        var (kept, removed) = (0L, 0L);
        IReadOnlyList<RecordRow> rows;
        var after = 0L;
        do
        {
            rows = await unit.QueryAsync<RecordRow>(
                Records,
                new
                {
                    Account = accountId,
                    After = after,
                    Limit = (long)AtOnce,
                },
                ct
            );
            foreach (var row in rows)
            {
                after = row.Key;
                var plan = await PlanAsync(unit, plans, row.Collection, ct);
                if (form == ErasureForm.Anonymise && row.DeletedAt is null && IsOpen(plan))
                {
                    await unit.ExecuteAsync(ForgetOwner, row, ct);
                    await unit.ExecuteAsync("DELETE FROM record_before WHERE record = @Key", row, ct);
                    kept++;
                }
                else
                {
                    await EmptyAsync(unit, row, plan, ct);
                    removed++;
                }
            }
        } while (rows.Count == AtOnce);

        await unit.ExecuteAsync(ForgetActor, new { Account = accountId }, ct);
        await unit.ExecuteAsync(ForgetRequests, new { Account = accountId }, ct);
        var collections = await unit.ExecuteAsync(ForgetDeclarer, new { Account = accountId }, ct);
        var details = JsonSerializer.Serialize(
            new
            {
                kept,
                removed,
                collections,
            },
            Json.Options
        );
        await unit.AuditAsync(new AuditEntry("collections.erased", null, accountId.ToString(), details), ct);
    }

    private async Task EmptyAsync(IUnitOfWork unit, RecordRow row, CollectionPlan plan, CancellationToken ct)
    {
        var wasThere = row.DeletedAt is null;
        var position = await RecordStore.TakePositionAsync(unit, row.Collection, wasThere ? -1 : 0, ct);
        if (wasThere)
        {
            await RecordStore.IndexAsync(unit, row.Key, row.Read(plan), null, ct);
        }

        await unit.ExecuteAsync(EmptyHistory, row, ct);
        await unit.ExecuteAsync("DELETE FROM record_before WHERE record = @Key", row, ct);
        await unit.ExecuteAsync("DELETE FROM record_link WHERE record = @Key", row, ct);
        await unit.ExecuteAsync(
            Empty,
            new
            {
                row.Key,
                Position = position,
                Now = clock.GetUtcNow(),
            },
            ct
        );
    }

    private static bool IsOpen(CollectionPlan plan) =>
        plan.Rules.Read is { } rule && Parser.TryParse(rule, out _) is TruthNode { Value: true };

    private static async Task<CollectionPlan> PlanAsync(
        IReader reader,
        Dictionary<long, CollectionPlan> plans,
        long key,
        CancellationToken ct
    )
    {
        if (!plans.TryGetValue(key, out var plan))
        {
            plan = plans[key] = (await CollectionStore.RowAsync(reader, key, ct))!.Plan();
        }

        return plan;
    }

    private async IAsyncEnumerable<(RecordRow Row, CollectionPlan Plan)> RecordsOfAsync(
        Guid account,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct
    )
    {
        List<(RecordRow Row, CollectionPlan Plan)> page;
        var after = 0L;
        do
        {
            var parameters = new
            {
                Account = account,
                After = after,
                Limit = (long)AtOnce,
            };
            page = await database.ReadAsync(
                async reader =>
                {
                    var plans = new Dictionary<long, CollectionPlan>();
                    var found = new List<(RecordRow Row, CollectionPlan Plan)>();
                    foreach (var row in await reader.QueryAsync<RecordRow>(Records, parameters, ct))
                    {
                        found.Add((row, await PlanAsync(reader, plans, row.Collection, ct)));
                    }

                    return found;
                },
                ct
            );
            foreach (var one in page)
            {
                after = one.Row.Key;
                yield return one;
            }
        } while (page.Count == AtOnce);
    }

    private sealed record PersonalChange(
        long Record,
        long Position,
        DateTimeOffset At,
        string Action,
        Guid Id,
        long Collection
    );
}
