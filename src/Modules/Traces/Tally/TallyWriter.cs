using System.Data.Common;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Sillage.Storage;
using Sillage.Storage.Sqlite;

namespace Sillage.Traces.Tally;

/// <summary>Adds a chunk to the tallies that are stored.</summary>
internal static class TallyWriter
{
    private const string AddHour = "count = tally_hour.count + excluded.count";
    private const string AddName = "count = tally_name.count + excluded.count";

    private static readonly Sql Hours = new(
        $"""
        INSERT INTO tally_hour (study, participant, hour, count, first, last) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (study, participant, hour) DO UPDATE SET {AddHour},
          first = min(first, excluded.first), last = max(last, excluded.last)
        """,
        $"""
        INSERT INTO tally_hour (study, participant, hour, count, first, last)
        SELECT $1, t.* FROM unnest($2, $3, $4, $5, $6) t
        ON CONFLICT (study, participant, hour) DO UPDATE SET {AddHour},
          first = least(tally_hour.first, excluded.first), last = greatest(tally_hour.last, excluded.last)
        """
    );

    private static readonly Sql Names = new(
        $"""
        INSERT INTO tally_name (study, participant, name, count, first, last) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (study, participant, name) DO UPDATE SET {AddName},
          first = min(first, excluded.first), last = max(last, excluded.last)
        """,
        $"""
        INSERT INTO tally_name (study, participant, name, count, first, last)
        SELECT $1, t.* FROM unnest($2, $3, $4, $5, $6) t
        ON CONFLICT (study, participant, name) DO UPDATE SET {AddName},
          first = least(tally_name.first, excluded.first), last = greatest(tally_name.last, excluded.last)
        """
    );

    private static readonly Sql Values = new(
        """
        INSERT INTO tally_value (study, participant, field, value, count) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (study, field, value, participant) DO UPDATE SET count = tally_value.count + excluded.count
        """,
        """
        INSERT INTO tally_value (study, participant, field, value, count)
        SELECT $1, t.* FROM unnest($2, $3, $4, $5) t
        ON CONFLICT (study, field, value, participant) DO UPDATE SET count = tally_value.count + excluded.count
        """
    );

    private const string SessionColumns =
        "study, participant, session, count, first, last, sequenced, lowest, highest, seen, repeated, missing, surplus, irregular, clock";

    private const string ReplaceSession = """
        ON CONFLICT (study, participant, session) DO UPDATE SET count = excluded.count, first = excluded.first,
          last = excluded.last, sequenced = excluded.sequenced, lowest = excluded.lowest,
          highest = excluded.highest, seen = excluded.seen, repeated = excluded.repeated,
          missing = excluded.missing, surplus = excluded.surplus, irregular = excluded.irregular, clock = excluded.clock
        """;

    private static readonly Sql Sessions = new(
        $"""
        INSERT INTO tally_session ({SessionColumns})
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
        {ReplaceSession}
        """,
        $"""
        INSERT INTO tally_session ({SessionColumns})
        SELECT $1, t.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) t
        {ReplaceSession}
        """
    );

    private const string SomeOfSession = "count, first, last, sequenced, lowest, highest, seen, repeated, clock";

    private static readonly Sql StoredSessions = new(
        $"SELECT {SomeOfSession} FROM tally_session WHERE study = ?1 AND participant = ?2 AND session = ?3",
        $"""
        SELECT {SomeOfSession}, k.place FROM unnest($2, $3) WITH ORDINALITY k (participant, session, place)
        JOIN tally_session t ON t.study = $1 AND t.participant = k.participant AND t.session = k.session
        """
    );

    // The values of a field that turns out to have too many become one.
    private const string MarkMany =
        "INSERT INTO tally_many (study, field) VALUES (@Study, @Field) ON CONFLICT (study, field) DO NOTHING";

    private const string JoinMany = """
        INSERT INTO tally_value (study, field, value, participant, count)
        SELECT study, field, '', participant, sum(count) FROM tally_value
        WHERE study = @Study AND field = @Field AND value <> '' GROUP BY study, field, participant
        ON CONFLICT (study, field, value, participant) DO UPDATE SET count = tally_value.count + excluded.count
        """;

    private const string ForgetMany = "DELETE FROM tally_value WHERE study = @Study AND field = @Field AND value <> ''";

    /// <summary>Adds what is stored of the chunk's sessions, so that <see cref="WriteAsync"/> can replace it.</summary>
    public static async Task AddStoredSessionsAsync(IReader reader, TallyChunk chunk, CancellationToken ct)
    {
        if (reader.Dialect == SqlDialect.Sqlite)
        {
            foreach (var ((participant, session), tally) in chunk.Sessions)
            {
                var select = reader.Prepare(StoredSessions.Sqlite).Bind(1, chunk.Study.Study).Bind(2, participant);
                select.BindText(3, chunk.SessionTexts.Texts[session]);
                if (select.Step())
                {
                    tally.Add(
                        SessionTally.Of(
                            select.GetInt64(0),
                            select.GetInt64(1),
                            select.GetInt64(2),
                            select.GetInt64(3),
                            select.GetInt64(4),
                            select.GetInt64(5),
                            select.IsNull(6) ? null : select.GetBytes(6).ToArray(),
                            select.IsNull(7) ? null : select.GetBytes(7).ToArray(),
                            select.GetBytes(8)
                        )
                    );
                }

                select.Reset();
            }

            return;
        }

        SessionTally[] tallies = [.. chunk.Sessions.Values];
        await using var command = await CommandAsync(reader, StoredSessions, chunk);
        Add(command, chunk.Sessions.Keys.Select(k => k.Participant));
        Add(command, chunk.Sessions.Keys.Select(k => Encoding.UTF8.GetString(chunk.SessionTexts.Texts[k.Session])));
        await using var found = await command.ExecuteReaderAsync(ct);
        while (await found.ReadAsync(ct))
        {
            tallies[found.GetInt64(9) - 1].Add(Stored(found));
        }
    }

    public static async Task WriteAsync(IUnitOfWork unit, TallyChunk chunk)
    {
        foreach (var field in chunk.NewlyMany)
        {
            var key = new { Study = chunk.Study.Study, Field = field };
            await unit.ExecuteAsync(MarkMany, key, CancellationToken.None);
            await unit.ExecuteAsync(JoinMany, key, CancellationToken.None);
            await unit.ExecuteAsync(ForgetMany, key, CancellationToken.None);
        }

        if (unit.Dialect == SqlDialect.Sqlite)
        {
            WriteToSqlite(unit, chunk);
        }
        else
        {
            await WriteToPostgresAsync(unit, chunk);
        }
    }

    private static void WriteToSqlite(IUnitOfWork unit, TallyChunk chunk)
    {
        var study = chunk.Study.Study;
        var insert = unit.Prepare(Hours.Sqlite).Bind(1, study);
        foreach (var ((participant, hour), extent) in chunk.Hours)
        {
            insert.Bind(2, participant).Bind(3, hour);
            insert.Bind(4, extent.Count).Bind(5, extent.First).Bind(6, extent.Last).Run();
        }

        insert = unit.Prepare(Names.Sqlite).Bind(1, study);
        foreach (var ((participant, name), extent) in chunk.Names)
        {
            insert.Bind(2, participant).BindText(3, chunk.NameTexts.Texts[name]);
            insert.Bind(4, extent.Count).Bind(5, extent.First).Bind(6, extent.Last).Run();
        }

        insert = unit.Prepare(Values.Sqlite).Bind(1, study);
        foreach (var ((participant, rule, value), count) in chunk.Values)
        {
            insert.Bind(2, participant).BindText(3, chunk.Study.Rules.Rules[rule].Utf8Name);
            insert.BindText(4, chunk.ValueOf(rule, value)).Bind(5, count).Run();
        }

        insert = unit.Prepare(Sessions.Sqlite).Bind(1, study);
        foreach (var ((participant, session), tally) in chunk.Sessions)
        {
            insert.Bind(2, participant).BindText(3, chunk.SessionTexts.Texts[session]);
            insert.Bind(4, tally.Count).Bind(5, tally.First).Bind(6, tally.Last).Bind(7, tally.Sequenced);
            insert.Bind(8, tally.Lowest).Bind(9, tally.Highest);
            Bind(10, tally.Seen.ToBytes());
            Bind(11, tally.Repeated.ToBytes());
            _ = tally.Missing is { } missing ? insert.Bind(12, missing) : insert.BindNull(12);
            _ = tally.Surplus is { } surplus ? insert.Bind(13, surplus) : insert.BindNull(13);
            insert.Bind(14, tally.IsIrregular ? 1 : 0).BindBlob(15, tally.Clock.ToBytes()).Run();
        }

        void Bind(int parameter, byte[]? bytes) =>
            _ = bytes is null ? insert.BindNull(parameter) : insert.BindBlob(parameter, bytes);
    }

    private static async Task WriteToPostgresAsync(IUnitOfWork unit, TallyChunk chunk)
    {
        await using (var hours = await CommandAsync(unit, Hours, chunk))
        {
            Add(hours, chunk.Hours.Keys.Select(k => k.Participant));
            Add(hours, chunk.Hours.Keys.Select(k => k.Hour));
            AddExtents(hours, chunk.Hours.Values);
            await hours.ExecuteNonQueryAsync();
        }

        await using (var names = await CommandAsync(unit, Names, chunk))
        {
            Add(names, chunk.Names.Keys.Select(k => k.Participant));
            Add(names, chunk.Names.Keys.Select(k => Encoding.UTF8.GetString(chunk.NameTexts.Texts[k.Name])));
            AddExtents(names, chunk.Names.Values);
            await names.ExecuteNonQueryAsync();
        }

        await using (var values = await CommandAsync(unit, Values, chunk))
        {
            Add(values, chunk.Values.Keys.Select(k => k.Participant));
            Add(values, chunk.Values.Keys.Select(k => chunk.Study.Rules.Rules[k.Rule].Name));
            Add(values, chunk.Values.Keys.Select(k => Encoding.UTF8.GetString(chunk.ValueOf(k.Rule, k.Value))));
            Add(values, chunk.Values.Values);
            await values.ExecuteNonQueryAsync();
        }

        await using var sessions = await CommandAsync(unit, Sessions, chunk);
        var tallies = chunk.Sessions.Values;
        Add(sessions, chunk.Sessions.Keys.Select(k => k.Participant));
        Add(sessions, chunk.Sessions.Keys.Select(k => Encoding.UTF8.GetString(chunk.SessionTexts.Texts[k.Session])));
        Add(sessions, tallies.Select(t => t.Count));
        Add(sessions, tallies.Select(t => t.First));
        Add(sessions, tallies.Select(t => t.Last));
        Add(sessions, tallies.Select(t => t.Sequenced));
        Add(sessions, tallies.Select(t => t.Lowest));
        Add(sessions, tallies.Select(t => t.Highest));
        Add(sessions, tallies.Select(t => t.Seen.ToBytes()));
        Add(sessions, tallies.Select(t => t.Repeated.ToBytes()));
        Add(sessions, tallies.Select(t => t.Missing));
        Add(sessions, tallies.Select(t => t.Surplus));
        Add(sessions, tallies.Select(t => t.IsIrregular));
        Add(sessions, tallies.Select(t => t.Clock.ToBytes()));
        await sessions.ExecuteNonQueryAsync();
    }

    private static SessionTally Stored(DbDataReader found) =>
        SessionTally.Of(
            found.GetInt64(0),
            found.GetInt64(1),
            found.GetInt64(2),
            found.GetInt64(3),
            found.GetInt64(4),
            found.GetInt64(5),
            found.IsDBNull(6) ? null : found.GetFieldValue<byte[]>(6),
            found.IsDBNull(7) ? null : found.GetFieldValue<byte[]>(7),
            found.GetFieldValue<byte[]>(8)
        );

    private static async ValueTask<NpgsqlCommand> CommandAsync(IReader reader, Sql sql, TallyChunk chunk)
    {
#pragma warning disable CA2100 // One of the constant texts above.
        var command = new NpgsqlCommand(
            sql.Postgres,
            (NpgsqlConnection)await reader.ConnectionAsync(),
            (NpgsqlTransaction?)reader.Transaction
        );
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = chunk.Study.Study });
        return command;
    }

    private static void AddExtents(NpgsqlCommand command, IReadOnlyCollection<Extent> extents)
    {
        Add(command, extents.Select(e => e.Count));
        Add(command, extents.Select(e => e.First));
        Add(command, extents.Select(e => e.Last));
    }

    private static void Add<T>(NpgsqlCommand command, IEnumerable<T> values) =>
        command.Parameters.Add(new NpgsqlParameter { Value = values.ToArray(), NpgsqlDbType = TypeOf<T>() });

    private static NpgsqlDbType TypeOf<T>() =>
        NpgsqlDbType.Array
        | (
            typeof(T) == typeof(string) ? NpgsqlDbType.Text
            : typeof(T) == typeof(byte[]) ? NpgsqlDbType.Bytea
            : typeof(T) == typeof(bool) ? NpgsqlDbType.Boolean
            : NpgsqlDbType.Bigint
        );
}
