using Sillage.Accounts.Revocations;
using Sillage.Storage;

namespace Sillage.Accounts.Factors;

/// <summary>An account's second factor as it is stored.</summary>
internal sealed record FactorRow(
    Guid Id,
    Guid AccountId,
    byte[] Secret,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ConfirmedAt,
    long LastStep
);

/// <summary>Reads, makes and removes second factors.</summary>
internal static class FactorStore
{
    private const string Select = """
        SELECT id, account_id, secret, created_at, confirmed_at, last_step FROM factor WHERE account_id = @AccountId
        """;

    private const string Insert = """
        INSERT INTO factor (id, account_id, secret, created_at, confirmed_at, last_step)
        VALUES (@Id, @AccountId, @Secret, @CreatedAt, @ConfirmedAt, @LastStep)
        """;

    private const string Confirm = "UPDATE factor SET confirmed_at = @Now WHERE id = @Id";

    private const string Delete = "DELETE FROM factor WHERE account_id = @AccountId";

    /// <summary>The account's factor, confirmed or not; null if it has none.</summary>
    public static Task<FactorRow?> FindAsync(IReader reader, Guid accountId, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<FactorRow>(Select, new { AccountId = accountId }, ct);

    /// <summary>The account's factor if it counts; null if there is none that does.</summary>
    public static async Task<FactorRow?> FindConfirmedAsync(IReader reader, Guid accountId, CancellationToken ct) =>
        await FindAsync(reader, accountId, ct) is { ConfirmedAt: not null } factor ? factor : null;

    /// <summary>Puts a factor that is to be confirmed in the place of another such.</summary>
    public static async Task BeginAsync(IUnitOfWork unit, FactorRow factor, CancellationToken ct)
    {
        await unit.ExecuteAsync(Delete, new { factor.AccountId }, ct);
        await unit.ExecuteAsync(Insert, factor, ct);
    }

    public static Task ConfirmAsync(IUnitOfWork unit, Guid id, DateTimeOffset now, CancellationToken ct) =>
        unit.ExecuteAsync(Confirm, new { Id = id, Now = now }, ct);

    /// <summary>Removes the account's factor and its recovery codes; what a backup has of it counts no more.</summary>
    /// <returns>False if it has none that counts.</returns>
    public static async Task<bool> RemoveAsync(IUnitOfWork unit, Guid accountId, Guid? actor, CancellationToken ct)
    {
        if (await FindConfirmedAsync(unit, accountId, ct) is not { } factor)
        {
            return false;
        }

        await unit.ExecuteAsync(Delete, new { AccountId = accountId }, ct);
        await unit.PublishAsync(
            new CredentialRevoked(accountId, RevocationKind.SecondFactor, factor.Id.ToString()),
            ct
        );
        await unit.AuditAsync(new AuditEntry("second-factor.removed", actor, accountId.ToString()), ct);
        return true;
    }
}
