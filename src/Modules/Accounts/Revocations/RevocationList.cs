using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.Accounts.Revocations;

/// <summary>Names the database of the list of revocations.</summary>
internal sealed class RevocationRecords
{
    private RevocationRecords() { }
}

/// <summary>What was taken away; each is a word of its own in the list.</summary>
internal static class RevocationKind
{
    /// <summary>One API key, by its id.</summary>
    public const string ApiKey = "api-key";

    /// <summary>All API keys that the account had then.</summary>
    public const string ApiKeys = "api-keys";

    /// <summary>A password, by the stamp that the account had with it; or the password alone, since there is a second factor.</summary>
    public const string Password = "password";

    /// <summary>A second factor, by its id; its recovery codes with it.</summary>
    public const string SecondFactor = "second-factor";

    /// <summary>One recovery code, by its id.</summary>
    public const string RecoveryCode = "recovery-code";

    /// <summary>The account was shut (<c>true</c>) or opened again.</summary>
    public const string Disabled = "disabled";

    /// <summary>The account was given this role.</summary>
    public const string Role = "role";
}

/// <summary>An entry of the list.</summary>
/// <param name="Id">The id of the event that told of it.</param>
/// <param name="AccountId">Whose credential or right it was.</param>
/// <param name="Kind">One of <see cref="RevocationKind"/>.</param>
/// <param name="Value">What exactly, see there.</param>
/// <param name="RecordedAt">When it was taken away.</param>
internal sealed record Revocation(Guid Id, Guid AccountId, string Kind, string Value, DateTimeOffset RecordedAt);

/// <summary>
/// The passwords, keys and rights that were taken away, in a database of its own that a restore adds to and does not replace:
/// what was revoked since the backup stays revoked in what it brings back.
/// </summary>
internal sealed class RevocationList(IDatabase<RevocationRecords> database, TimeProvider clock)
{
    public const string Name = "revocations";

    /// <summary>After a restore nothing in it counts as done.</summary>
    public static readonly SurvivingTable Table = new(
        "revocation",
        new Sql(
            """
            CREATE TABLE revocation (
              id          BLOB NOT NULL PRIMARY KEY,
              account_id  BLOB NOT NULL,
              kind        TEXT NOT NULL,
              value       TEXT NOT NULL,
              recorded_at INTEGER NOT NULL,
              -- Since when the accounts' own database has it.
              applied_at  INTEGER
            ) WITHOUT ROWID;
            CREATE INDEX revocation_account ON revocation (account_id);
            CREATE INDEX revocation_recorded_at ON revocation (recorded_at);
            """,
            """
            CREATE TABLE revocation (
              id          uuid NOT NULL PRIMARY KEY,
              account_id  uuid NOT NULL,
              kind        text NOT NULL,
              value       text NOT NULL,
              recorded_at timestamptz NOT NULL,
              -- Since when the accounts' own schema has it.
              applied_at  timestamptz
            );
            CREATE INDEX revocation_account ON revocation (account_id);
            CREATE INDEX revocation_recorded_at ON revocation (recorded_at);
            """
        ),
        ["id", "account_id", "kind", "value", "recorded_at", "applied_at"],
        "UPDATE revocation SET applied_at = NULL"
    );

    private const string Insert = """
        INSERT INTO revocation (id, account_id, kind, value, recorded_at, applied_at)
        VALUES (@Id, @AccountId, @Kind, @Value, @RecordedAt, @RecordedAt) ON CONFLICT DO NOTHING
        """;

    private const string Unapplied = """
        SELECT id, account_id, kind, value, recorded_at FROM revocation WHERE applied_at IS NULL
        ORDER BY recorded_at, id
        """;

    private const string Applied = "UPDATE revocation SET applied_at = @Now WHERE applied_at IS NULL";
    private const string DeleteOf = "DELETE FROM revocation WHERE account_id = @AccountId";

    /// <summary>Forgets what holds and was recorded before this time: no backup is restored from before.</summary>
    public const string DeleteOld = """
        DELETE FROM revocation WHERE id IN (
          SELECT id FROM revocation WHERE recorded_at < @Before AND applied_at IS NOT NULL LIMIT @Limit)
        """;

    /// <summary>Adds what is true in the accounts' database already.</summary>
    public static Task AddAsync<TEvent>(
        EventContext<TEvent> context,
        Guid accountId,
        string kind,
        string value,
        IUnitOfWork unit,
        CancellationToken ct
    )
        where TEvent : IEvent =>
        unit.ExecuteAsync(Insert, new Revocation(context.Id, accountId, kind, value, context.OccurredAt), ct);

    /// <summary>Forgets somebody who is erased: what brings the account back erases it again.</summary>
    public static Task ForgetAsync(IUnitOfWork unit, Guid accountId, CancellationToken ct) =>
        unit.ExecuteAsync(DeleteOf, new { AccountId = accountId }, ct);

    /// <summary>Those that a restore may have undone, the oldest first.</summary>
    public Task<IReadOnlyList<Revocation>> ReadUnappliedAsync(CancellationToken ct) =>
        database.ReadAsync(reader => reader.QueryAsync<Revocation>(Unapplied, null, ct), ct);

    /// <summary>All of them hold again.</summary>
    public Task MarkAppliedAsync(CancellationToken ct) =>
        database.WriteAsync(unit => unit.ExecuteAsync(Applied, new { Now = clock.GetUtcNow() }, ct), ct);
}
