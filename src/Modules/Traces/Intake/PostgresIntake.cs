using System.Text;
using Npgsql;
using NpgsqlTypes;
using Sillage.Schema;
using Sillage.Storage;

namespace Sillage.Traces.Intake;

/// <summary>
/// Intake on PostgreSQL: all traces of a study in a unit by COPY, straight from the bytes that came. The study's lock keeps
/// others from storing an id between the look for known ones and the copy.
/// </summary>
internal static class PostgresIntake
{
    // Positions of one study must become visible in their order, or a reader that has seen a later one would never see
    // an earlier one that commits after it. The lock is held until the commit; other studies are not held up.
    private const string Lock = "SELECT pg_advisory_xact_lock(1936288875, $1)";

    // A statement of its own, after the lock: its snapshot sees what the one before us in line has committed.
    private const string ReadVersion = "SELECT version FROM study WHERE key = $1";

    private const string Copy = """
        COPY trace (study, id, participant, timestamp, time, received_at, session, sequence, name, data, sender)
        FROM STDIN (FORMAT binary)
        """;

    // One row for each id, the next there is in the order that only one index has: asked for all ids at once, the planner
    // may take any index that begins with the study, and read the whole study.
    private const string ReadStored = """
        SELECT t.id, t.participant, t.time, t.session, t.sequence, t.name, t.data
        FROM unnest(@Ids) AS sent (id) CROSS JOIN LATERAL (
          SELECT study, id, participant, time, session, sequence, name, data FROM trace
          WHERE (study, id) >= (@Study, sent.id) ORDER BY study, id LIMIT 1) t
        WHERE t.study = @Study AND t.id = sent.id
        """;

    /// <summary>Waits for the study's turn.</summary>
    /// <returns>The study's version; null if it is gone.</returns>
    public static async Task<long?> LockAsync(IUnitOfWork unit, long study)
    {
        // One way to the server and back for both.
        await using var batch = new NpgsqlBatch(
            (NpgsqlConnection)await unit.ConnectionAsync(),
            (NpgsqlTransaction?)unit.Transaction
        );
        // The two-key form takes 32-bit keys; two studies that share one merely wait for each other.
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(Lock)
            {
                Parameters = { new NpgsqlParameter<int> { TypedValue = unchecked((int)study) } },
            }
        );
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(ReadVersion) { Parameters = { new NpgsqlParameter<long> { TypedValue = study } } }
        );
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        return await reader.ReadAsync() ? reader.GetInt64(0) : null;
    }

    public static async Task<IReadOnlyList<IntakeStore.Fate[]>> InsertAsync(
        IUnitOfWork unit,
        long study,
        IReadOnlyList<IntakeBatch> batches
    )
    {
        var count = batches.Sum(b => b.Parsed.Traces.Count);
        if (count == 0)
        {
            return [.. batches.Select(_ => Array.Empty<IntakeStore.Fate>())];
        }

        var stored = await ReadStoredAsync(unit, study, batches);
        var connection = (NpgsqlConnection)await unit.ConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync(Copy);
        var written = new Dictionary<Guid, (TextSource Source, ParsedTrace Trace)>(count);
        var fates = new IntakeStore.Fate[batches.Count][];
        for (var b = 0; b < batches.Count; b++)
        {
            var (traces, source) = (batches[b].Parsed.Traces, batches[b].Parsed.Source);
            fates[b] = new IntakeStore.Fate[traces.Count];
            for (var i = 0; i < traces.Count; i++)
            {
                var trace = traces[i];
                if (stored.TryGetValue(trace.Id, out var earlier))
                {
                    fates[b][i] = FateOf(earlier, trace, source);
                }
                else if (!written.TryAdd(trace.Id, (source, trace)))
                {
                    // Of one id that comes twice in a unit, the first is the stored one.
                    var (firstSource, first) = written[trace.Id];
                    fates[b][i] = FateOf(StoredTrace.Of(first, firstSource), trace, source);
                }
                else
                {
                    await WriteAsync(copy, study, batches[b], trace);
                }
            }
        }

        await copy.CompleteAsync();
        return fates;
    }

    private static IntakeStore.Fate FateOf(StoredTrace earlier, in ParsedTrace trace, TextSource source) =>
        earlier.IsSameAs(trace, source) ? IntakeStore.Fate.Known : IntakeStore.Fate.Conflict;

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, long study, IntakeBatch batch, ParsedTrace trace)
    {
        var source = batch.Parsed.Source;
        await copy.StartRowAsync();
        await copy.WriteAsync(study, NpgsqlDbType.Bigint);
        await copy.WriteAsync(trace.Id, NpgsqlDbType.Uuid);
        await copy.WriteAsync(trace.Participant, NpgsqlDbType.Bigint);
        await copy.WriteAsync(source.MemoryOf(trace.Timestamp), NpgsqlDbType.Text);
        await copy.WriteAsync(Rfc3339.ToTime(trace.Time), NpgsqlDbType.TimestampTz);
        await copy.WriteAsync(batch.ReceivedAt.ToUniversalTime(), NpgsqlDbType.TimestampTz);
        await (
            trace.Session.IsNone
                ? copy.WriteNullAsync()
                : copy.WriteAsync(source.MemoryOf(trace.Session), NpgsqlDbType.Text)
        );
        await (trace.Sequence is { } sequence ? copy.WriteAsync(sequence, NpgsqlDbType.Bigint) : copy.WriteNullAsync());
        await copy.WriteAsync(source.MemoryOf(trace.Name), NpgsqlDbType.Text);
        await copy.WriteAsync(source.MemoryOf(trace.Data), NpgsqlDbType.Json);
        await (
            batch.NamesSender(trace.Participant)
                ? copy.WriteAsync(batch.Account, NpgsqlDbType.Uuid)
                : copy.WriteNullAsync()
        );
    }

    /// <summary>Those of the batches' ids that are stored already. What was given its id here cannot be.</summary>
    private static async Task<Dictionary<Guid, StoredTrace>> ReadStoredAsync(
        IUnitOfWork unit,
        long study,
        IReadOnlyList<IntakeBatch> batches
    )
    {
        var stored = new Dictionary<Guid, StoredTrace>();
        var ids = batches.SelectMany(b => b.Parsed.Traces).Where(t => t.IdGiven).Select(t => t.Id).ToArray();
        if (ids.Length == 0)
        {
            return stored;
        }

        await using var command = await CommandAsync(unit, ReadStored);
        command.Parameters.Add(new NpgsqlParameter<long>("Study", study));
        command.Parameters.Add(new NpgsqlParameter("Ids", ids));
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            stored[reader.GetGuid(0)] = new StoredTrace(
                await reader.IsDBNullAsync(1) ? null : reader.GetInt64(1),
                Rfc3339.ToMicroseconds(await reader.GetFieldValueAsync<DateTimeOffset>(2)),
                await reader.IsDBNullAsync(3) ? null : Encoding.UTF8.GetBytes(reader.GetString(3)),
                await reader.IsDBNullAsync(4) ? null : reader.GetInt64(4),
                Encoding.UTF8.GetBytes(reader.GetString(5)),
                Encoding.UTF8.GetBytes(reader.GetString(6))
            );
        }

        return stored;
    }

#pragma warning disable CA2100 // The texts are the constants above.
    private static async ValueTask<NpgsqlCommand> CommandAsync(IUnitOfWork unit, string sql) =>
        new(sql, (NpgsqlConnection)await unit.ConnectionAsync(), (NpgsqlTransaction?)unit.Transaction);
#pragma warning restore CA2100
}
