using System.Data.Common;
using Npgsql;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Storage.Sqlite;

namespace Sillage.Traces.Tally;

/// <summary>Reads the traces that are to be counted, with no more columns than that takes.</summary>
internal static class TallyFeed
{
    private const int MaximumRows = 5000;
    private const int MaximumBytes = 8 * 1024 * 1024;

    private const string Columns = "position, participant, time, received_at, session, sequence, name, data, sender";

    private const string OnSqlite = $"""
        SELECT {Columns} FROM trace INDEXED BY trace_study
        WHERE study = ?1 AND position > ?2 AND position <= ?3 ORDER BY position LIMIT ?4
        """;

    private const string OneOnSqlite = $"""
        SELECT {Columns} FROM trace INDEXED BY trace_participant
        WHERE study = ?1 AND participant = ?5 AND position > ?2 AND position <= ?3 ORDER BY position LIMIT ?4
        """;

    private const string OnPostgres = $"""
        SELECT {Columns} FROM trace
        WHERE study = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4
        """;

    private const string OneOnPostgres = $"""
        SELECT {Columns} FROM trace
        WHERE study = $1 AND (participant, position) > ($5, $2) AND participant <= $5 AND position <= $3
        ORDER BY participant, position LIMIT $4
        """;

    /// <summary>Adds the next traces to the chunk.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="after">The position after which to begin.</param>
    /// <param name="upto">The last position.</param>
    /// <param name="participant">Whose; null for everybody's.</param>
    /// <param name="chunk">Where to.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Whether there may be more.</returns>
    public static async Task<bool> FillAsync(
        IReader reader,
        long after,
        long upto,
        long? participant,
        TallyChunk chunk,
        CancellationToken ct
    ) =>
        reader.Dialect == SqlDialect.Sqlite
            ? FillFromSqlite(reader, after, upto, participant, chunk)
            : await FillFromPostgresAsync(reader, after, upto, participant, chunk, ct);

    private static bool FillFromSqlite(IReader reader, long after, long upto, long? participant, TallyChunk chunk)
    {
        var select = reader.Prepare(participant is null ? OnSqlite : OneOnSqlite);
        select.Bind(1, chunk.Study.Study).Bind(2, after).Bind(3, upto).Bind(4, MaximumRows);
        if (participant is { } number)
        {
            select.Bind(5, number);
        }

        var bytes = 0;
        while (bytes < MaximumBytes && select.Step())
        {
            var row = new TallyRow
            {
                Position = select.GetInt64(0),
                Participant = select.GetInt64(1),
                Time = select.GetInt64(2),
                ReceivedAt = select.GetInt64(3),
                Session = select.IsNull(4) ? default : select.GetBytes(4),
                Sequence = select.IsNull(5) ? null : select.GetInt64(5),
                Name = select.GetBytes(6),
                Data = select.GetBytes(7),
                IsImported = !select.IsNull(8) && select.GetBytes(8).IndexOfAnyExcept((byte)0) < 0,
            };
            chunk.Add(row);
            bytes += row.Data.Length;
        }

        select.Reset();
        return bytes >= MaximumBytes || chunk.Count == MaximumRows;
    }

    private static async Task<bool> FillFromPostgresAsync(
        IReader reader,
        long after,
        long upto,
        long? participant,
        TallyChunk chunk,
        CancellationToken ct
    )
    {
#pragma warning disable CA2100 // One of the constant texts above.
        await using var command = new NpgsqlCommand(
            participant is null ? OnPostgres : OneOnPostgres,
            (NpgsqlConnection)await reader.ConnectionAsync(ct),
            (NpgsqlTransaction?)reader.Transaction
        );
#pragma warning restore CA2100
        foreach (var value in (ReadOnlySpan<long>)[chunk.Study.Study, after, upto, MaximumRows])
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        }

        if (participant is { } number)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
        }

        await using var found = await command.ExecuteReaderAsync(ct);
        var bytes = 0;
        while (bytes < MaximumBytes && await found.ReadAsync(ct))
        {
            bytes += Add(found, chunk);
        }

        return bytes >= MaximumBytes || chunk.Count == MaximumRows;
    }

    private static int Add(DbDataReader found, TallyChunk chunk)
    {
        var row = new TallyRow
        {
            Position = found.GetInt64(0),
            Participant = found.IsDBNull(1) ? 0 : found.GetInt64(1),
            Time = Rfc3339.ToMicroseconds(found.GetFieldValue<DateTimeOffset>(2)),
            ReceivedAt = Rfc3339.ToMicroseconds(found.GetFieldValue<DateTimeOffset>(3)),
            Session = found.IsDBNull(4) ? default : found.GetFieldValue<byte[]>(4),
            Sequence = found.IsDBNull(5) ? null : found.GetInt64(5),
            Name = found.GetFieldValue<byte[]>(6),
            Data = found.GetFieldValue<byte[]>(7),
            IsImported = !found.IsDBNull(8) && found.GetGuid(8) == Guid.Empty,
        };
        chunk.Add(row);
        return row.Data.Length;
    }
}
