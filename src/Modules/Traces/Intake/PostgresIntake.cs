using System.Text;
using Npgsql;
using NpgsqlTypes;
using Sillage.Storage;

namespace Sillage.Traces.Intake;

/// <summary>Intake on PostgreSQL: all traces of a study in a unit by one statement, whose parameters are arrays.</summary>
internal static class PostgresIntake
{
    // Positions of one study must become visible in their order, or a reader that has seen a later one would never see
    // an earlier one that commits after it. The lock is held until the commit; other studies are not held up.
    private static readonly Sql Lock = "SELECT pg_advisory_xact_lock(1936288875, @study)";

    // A statement of its own, after the lock: its snapshot sees what the one before us in line has committed.
    private static readonly Sql ReadVersion = "SELECT version FROM study WHERE key = @study";

    private const string Insert = """
        INSERT INTO trace (study, id, participant, timestamp, time, received_at, session, sequence, name, data, sender)
        SELECT @study, t.*
        FROM unnest(@ids, @participants, @timestamps, @times, @received, @sessions, @sequences, @names, @data::json[], @senders) t
        ON CONFLICT (study, id) DO NOTHING
        RETURNING id
        """;

    private const string ReadStored =
        "SELECT id, participant, time, session, sequence, name, data FROM trace WHERE study = @study AND id = ANY(@ids)";

    /// <summary>Waits for the study's turn.</summary>
    /// <returns>The study's version; null if it is gone.</returns>
    public static async Task<long?> LockAsync(IUnitOfWork unit, long study)
    {
        // The two-key form takes 32-bit keys; two studies that share one merely wait for each other.
        await unit.ScalarAsync<object>(Lock, new { study = unchecked((int)study) });
        return await unit.ScalarAsync<long?>(ReadVersion, new { study });
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

        var stored = await InsertAsync(unit, study, Columns.Of(batches, count));
        var fates = new IntakeStore.Fate[batches.Count][];
        List<Guid> known = [];
        for (var b = 0; b < batches.Count; b++)
        {
            var traces = batches[b].Parsed.Traces;
            fates[b] = new IntakeStore.Fate[traces.Count];
            for (var i = 0; i < traces.Count; i++)
            {
                // Of one id that comes twice in a unit, the first is the stored one.
                if (!stored.Remove(traces[i].Id))
                {
                    fates[b][i] = IntakeStore.Fate.Known;
                    known.Add(traces[i].Id);
                }
            }
        }

        if (known.Count > 0)
        {
            await CompareAsync(unit, study, batches, fates, known);
        }

        return fates;
    }

    private static async Task<HashSet<Guid>> InsertAsync(IUnitOfWork unit, long study, Columns columns)
    {
        await using var command = Command(unit, Insert);
        command.Parameters.Add(new NpgsqlParameter<long>("study", study));
        command.Parameters.Add(new NpgsqlParameter("ids", columns.Ids));
        command.Parameters.Add(new NpgsqlParameter("participants", columns.Participants));
        command.Parameters.Add(new NpgsqlParameter("timestamps", columns.Timestamps));
        command.Parameters.Add(new NpgsqlParameter("times", columns.Times));
        command.Parameters.Add(new NpgsqlParameter("received", columns.Received));
        command.Parameters.Add(
            new NpgsqlParameter("sessions", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = columns.Sessions }
        );
        command.Parameters.Add(new NpgsqlParameter("sequences", columns.Sequences));
        command.Parameters.Add(new NpgsqlParameter("names", columns.Names));
        command.Parameters.Add(
            new NpgsqlParameter("data", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = columns.Data }
        );
        command.Parameters.Add(new NpgsqlParameter("senders", columns.Senders));
        var stored = new HashSet<Guid>(columns.Ids.Length);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            stored.Add(reader.GetGuid(0));
        }

        return stored;
    }

    private static async Task CompareAsync(
        IUnitOfWork unit,
        long study,
        IReadOnlyList<IntakeBatch> batches,
        IntakeStore.Fate[][] fates,
        List<Guid> known
    )
    {
        var stored = await ReadStoredAsync(unit, study, known);
        for (var b = 0; b < batches.Count; b++)
        {
            var parsed = batches[b].Parsed;
            for (var i = 0; i < fates[b].Length; i++)
            {
                if (
                    fates[b][i] == IntakeStore.Fate.Known
                    && !stored[parsed.Traces[i].Id].IsSameAs(parsed.Traces[i], parsed.Source)
                )
                {
                    fates[b][i] = IntakeStore.Fate.Conflict;
                }
            }
        }
    }

    private static async Task<Dictionary<Guid, StoredTrace>> ReadStoredAsync(
        IUnitOfWork unit,
        long study,
        List<Guid> ids
    )
    {
        await using var command = Command(unit, ReadStored);
        command.Parameters.Add(new NpgsqlParameter<long>("study", study));
        command.Parameters.Add(new NpgsqlParameter("ids", ids.ToArray()));
        var stored = new Dictionary<Guid, StoredTrace>();
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
    private static NpgsqlCommand Command(IUnitOfWork unit, string sql) =>
        new(sql, (NpgsqlConnection)unit.Connection, (NpgsqlTransaction?)unit.Transaction);
#pragma warning restore CA2100

    /// <summary>The traces of a unit, column by column.</summary>
    private sealed record Columns(
        Guid[] Ids,
        long[] Participants,
        string[] Timestamps,
        DateTimeOffset[] Times,
        DateTimeOffset[] Received,
        string?[] Sessions,
        long?[] Sequences,
        string[] Names,
        string[] Data,
        Guid?[] Senders
    )
    {
        public static Columns Of(IReadOnlyList<IntakeBatch> batches, int count)
        {
            var columns = new Columns(
                new Guid[count],
                new long[count],
                new string[count],
                new DateTimeOffset[count],
                new DateTimeOffset[count],
                new string?[count],
                new long?[count],
                new string[count],
                new string[count],
                new Guid?[count]
            );
            var at = 0;
            foreach (var batch in batches)
            {
                foreach (var trace in batch.Parsed.Traces)
                {
                    columns.Set(at++, batch, trace);
                }
            }

            return columns;
        }

        private void Set(int at, IntakeBatch batch, in ParsedTrace trace)
        {
            var source = batch.Parsed.Source;
            Ids[at] = trace.Id;
            Participants[at] = trace.Participant;
            Timestamps[at] = Text(source, trace.Timestamp);
            Times[at] = Rfc3339.ToTime(trace.Time);
            Received[at] = batch.ReceivedAt.ToUniversalTime();
            Sessions[at] = trace.Session.IsNone ? null : Text(source, trace.Session);
            Sequences[at] = trace.Sequence;
            Names[at] = Text(source, trace.Name);
            Data[at] = Text(source, trace.Data);
            Senders[at] = batch.NamesSender(trace.Participant) ? batch.Account : null;
        }

        private static string Text(TextSource source, Slice slice) => Encoding.UTF8.GetString(source.Of(slice));
    }
}
