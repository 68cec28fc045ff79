namespace Sillage.Traces.Query;

/// <summary>The index that carries a scan of traces.</summary>
internal enum TraceWay
{
    Study,
    Participant,
    Session,
    Name,
    Time,
}

/// <summary>The texts that a scan of traces is read with: one for each way, dialect and direction.</summary>
internal static class TraceTexts
{
    private const string Columns =
        "position, id, participant, timestamp, time, received_at, session, sequence, name, data, sender";

    public static string Sqlite(TraceWay way, bool isBackwards) => (isBackwards ? SqliteBack : SqliteOn)[(int)way];

    public static string Postgres(TraceWay way, bool isBackwards) =>
        (isBackwards ? PostgresBack : PostgresOn)[(int)way];

    // Named, so that no statistics or lack of them leads the planner elsewhere.
    private static readonly string[] SqliteOn =
    [
        SqliteByPosition("trace_study", ""),
        SqliteByPosition("trace_participant", "AND participant = ?5"),
        SqliteByPosition("trace_session", "AND session = ?5"),
        SqliteByPosition("trace_name", "AND name = ?5"),
            // In two parts, so that a page deep in many traces of one moment does not begin at the first of them.
            $"""
            SELECT {Columns} FROM trace INDEXED BY trace_time
            WHERE study = ?1 AND time = ?5 AND position > max(?2, ?7) AND position <= ?3
            UNION ALL
            SELECT {Columns} FROM trace INDEXED BY trace_time
            WHERE study = ?1 AND time > ?5 AND time < ?6 AND position > ?7 AND position <= ?3
            ORDER BY time, position LIMIT ?4
            """,
    ];

    // From the end: after the last one seen, down to the floor.
    private static readonly string[] SqliteBack =
    [
        SqliteByPositionBack("trace_study", ""),
        SqliteByPositionBack("trace_participant", "AND participant = ?5"),
        SqliteByPositionBack("trace_session", "AND session = ?5"),
        SqliteByPositionBack("trace_name", "AND name = ?5"),
        $"""
            SELECT {Columns} FROM trace INDEXED BY trace_time
            WHERE study = ?1 AND time = ?5 AND position < ?2 AND position > max(?3, ?7)
            UNION ALL
            SELECT {Columns} FROM trace INDEXED BY trace_time
            WHERE study = ?1 AND time < ?5 AND time >= ?6 AND position > max(?3, ?7)
            ORDER BY time DESC, position DESC LIMIT ?4
            """,
    ];

    private static string SqliteByPosition(string index, string condition) =>
        $"""
            SELECT {Columns} FROM trace INDEXED BY {index}
            WHERE study = ?1 {condition} AND position > ?2 AND position <= ?3 ORDER BY position LIMIT ?4
            """;

    private static string SqliteByPositionBack(string index, string condition) =>
        $"""
            SELECT {Columns} FROM trace INDEXED BY {index}
            WHERE study = ?1 {condition} AND position < ?2 AND position > ?3 ORDER BY position DESC LIMIT ?4
            """;

    // Another process may have entered the participant a moment ago: the pseudonym comes with the row.
    private const string PostgresColumns =
        Columns
        + ", (SELECT pseudonym FROM participant p WHERE p.study = trace.study AND p.number = trace.participant) FROM trace";

    private static readonly string[] PostgresOn =
    [
        $"""
            SELECT {PostgresColumns}
            WHERE study = @Study AND position > @Position AND position <= @Ceiling ORDER BY position LIMIT @Rows
            """,
        PostgresBy("participant"),
        PostgresBy("session"),
        PostgresBy("name"),
        $"""
            SELECT {PostgresColumns}
            WHERE study = @Study AND time < @To AND (time, position) > (@Time, @Position)
              AND (study, position) > (@Study, @Floor) AND position <= @Ceiling
            ORDER BY time, position LIMIT @Rows
            """,
    ];

    // The column has one value, but is not said to be equal to it: then only its own index has the order that is asked for.
    // Nor are there two plain bounds of the position, of which the planner believes that little lies between them.
    private static string PostgresBy(string column) =>
        $"""
            SELECT {PostgresColumns}
            WHERE study = @Study AND ({column}, position) > (@Value, @Position) AND {column} <= @Value AND position <= @Ceiling
            ORDER BY {column}, position LIMIT @Rows
            """;

    private static readonly string[] PostgresBack =
    [
        $"""
            SELECT {PostgresColumns}
            WHERE study = @Study AND position < @Position AND position > @Floor ORDER BY position DESC LIMIT @Rows
            """,
        PostgresByBack("participant"),
        PostgresByBack("session"),
        PostgresByBack("name"),
        $"""
            SELECT {PostgresColumns}
            WHERE study = @Study AND time >= @From AND (time, position) < (@Time, @Position)
              AND (study, position) > (@Study, @Floor)
            ORDER BY time DESC, position DESC LIMIT @Rows
            """,
    ];

    private static string PostgresByBack(string column) =>
        $"""
            SELECT {PostgresColumns}
            WHERE study = @Study AND ({column}, position) < (@Value, @Position) AND {column} >= @Value AND position > @Floor
            ORDER BY {column} DESC, position DESC LIMIT @Rows
            """;
}
