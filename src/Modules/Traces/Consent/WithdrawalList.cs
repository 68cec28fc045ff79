using Sillage.Storage;

namespace Sillage.Traces.Consent;

/// <summary>Names the database of the list of withdrawals.</summary>
internal sealed class WithdrawalRecords
{
    private WithdrawalRecords() { }
}

/// <summary>A withdrawal as it is in the list: of whom says the pseudonym, which is random and finds him in any backup.</summary>
internal sealed record WithdrawalRow(Guid Id, string Pseudonym, string Source, DateTimeOffset RecordedAt);

/// <summary>
/// The withdrawals that leave the data as they are, in a database of its own that a restore adds to and does not replace: who
/// withdrew since the backup has not agreed in what it brings back. Those that erase are on the list of erasures.
/// </summary>
internal sealed class WithdrawalList(IDatabase<WithdrawalRecords> database, TimeProvider clock)
{
    public const string Name = "withdrawals";

    /// <summary>After a restore nothing in it counts as done.</summary>
    public static readonly SurvivingTable Table = new(
        "withdrawal",
        new Sql(
            """
            CREATE TABLE withdrawal (
              id          BLOB NOT NULL PRIMARY KEY,
              pseudonym   TEXT NOT NULL,
              source      TEXT NOT NULL,
              recorded_at INTEGER NOT NULL,
              -- Since when the traces' own database has it.
              applied_at  INTEGER
            ) WITHOUT ROWID;
            CREATE INDEX withdrawal_open ON withdrawal (id) WHERE applied_at IS NULL;
            CREATE INDEX withdrawal_recorded_at ON withdrawal (recorded_at);
            """,
            """
            CREATE TABLE withdrawal (
              id          uuid NOT NULL PRIMARY KEY,
              pseudonym   text COLLATE "C" NOT NULL,
              source      text NOT NULL,
              recorded_at timestamptz NOT NULL,
              -- Since when the traces' own schema has it.
              applied_at  timestamptz
            );
            CREATE INDEX withdrawal_open ON withdrawal (id) WHERE applied_at IS NULL;
            CREATE INDEX withdrawal_recorded_at ON withdrawal (recorded_at);
            """
        ),
        ["id", "pseudonym", "source", "recorded_at", "applied_at"],
        "UPDATE withdrawal SET applied_at = NULL"
    );

    private const string Insert = """
        INSERT INTO withdrawal (id, pseudonym, source, recorded_at)
        VALUES (@Id, @Pseudonym, @Source, @RecordedAt)
        """;

    private const string Unapplied = """
        SELECT id, pseudonym, source, recorded_at FROM withdrawal
        WHERE applied_at IS NULL AND id > @After ORDER BY id LIMIT @Limit
        """;

    private const string Applied = "UPDATE withdrawal SET applied_at = @Now WHERE id = @Id";

    private const string Delete = "DELETE FROM withdrawal WHERE id = @Id";

    private const string DeleteOf = "DELETE FROM withdrawal WHERE pseudonym = @Pseudonym";

    /// <summary>Forgets what is done and was recorded before this time: no backup is restored from before.</summary>
    public const string DeleteOld = """
        DELETE FROM withdrawal WHERE id IN (
          SELECT id FROM withdrawal WHERE recorded_at < @Before AND applied_at IS NOT NULL LIMIT @Limit)
        """;

    /// <summary>Writes down that a withdrawal is about to be made. Until it is marked as applied, every start applies it.</summary>
    public Task RecordAsync(WithdrawalRow row, CancellationToken ct) =>
        database.WriteAsync(unit => unit.ExecuteAsync(Insert, row, ct), ct);

    /// <summary>The withdrawal was refused after all.</summary>
    public Task TakeBackAsync(Guid id, CancellationToken ct) =>
        database.WriteAsync(unit => unit.ExecuteAsync(Delete, new { Id = id }, ct), ct);

    /// <summary>The withdrawal is durable.</summary>
    public Task MarkAppliedAsync(Guid id, CancellationToken ct)
    {
        var parameters = new { Id = id, Now = clock.GetUtcNow() };
        return database.WriteAsync(unit => unit.ExecuteAsync(Applied, parameters, ct), ct);
    }

    /// <summary>A page of those that do not count as applied, in the order of their coming.</summary>
    public Task<IReadOnlyList<WithdrawalRow>> ReadUnappliedAsync(Guid after, int limit, CancellationToken ct) =>
        database.ReadAsync(
            r => r.QueryAsync<WithdrawalRow>(Unapplied, new { After = after, Limit = (long)limit }, ct),
            ct
        );

    /// <summary>Forgets a participant who is destroyed: what brings him back destroys him again.</summary>
    public Task ForgetAsync(string pseudonym, CancellationToken ct) =>
        database.WriteAsync(unit => unit.ExecuteAsync(DeleteOf, new { Pseudonym = pseudonym }, ct), ct);
}
