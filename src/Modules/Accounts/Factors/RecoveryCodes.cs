using System.Security.Cryptography;
using Sillage.Accounts.Revocations;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Storage;

namespace Sillage.Accounts.Factors;

/// <summary>
/// Codes for who has lost the app: ten, each good once, of 80 random bits, so that a plain digest keeps them
/// (docs/adr/0027-api-keys-are-hashed-plainly.md).
/// </summary>
internal static class RecoveryCodes
{
    private const int Many = 10;
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private const string Insert = """
        INSERT INTO recovery_code (id, factor_id, hash, created_at) VALUES (@Id, @FactorId, @Hash, @CreatedAt)
        """;

    private const string Find = "SELECT id FROM recovery_code WHERE factor_id = @FactorId AND hash = @Hash";
    private const string Delete = "DELETE FROM recovery_code WHERE id = @Id";
    private const string DeleteAll = "DELETE FROM recovery_code WHERE factor_id = @FactorId";
    private const string All = "SELECT id FROM recovery_code WHERE factor_id = @FactorId";
    private const string CountAll = "SELECT COUNT(*) FROM recovery_code WHERE factor_id = @FactorId";

    public static Task<long> CountAsync(IReader reader, Guid factorId, CancellationToken ct) =>
        reader.ScalarAsync<long>(CountAll, new { FactorId = factorId }, ct);

    /// <summary>Makes codes in the place of those that there are.</summary>
    /// <returns>The codes, kept nowhere else.</returns>
    public static async Task<IReadOnlyList<string>> MakeAsync(
        IUnitOfWork unit,
        FactorRow factor,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var old = await unit.QueryAsync<Guid>(All, new { FactorId = factor.Id }, ct);
        await unit.ExecuteAsync(DeleteAll, new { FactorId = factor.Id }, ct);
        await unit.PublishAllAsync([.. old.Select(id => Revoked(factor, id))], ct);

        var codes = Enumerable.Range(0, Many).Select(_ => Create()).ToArray();
        foreach (var code in codes)
        {
            var row = new
            {
                Id = RandomId.Create(),
                FactorId = factor.Id,
                Hash = Digest.BytesOf(Plain(code)),
                CreatedAt = now,
            };
            await unit.ExecuteAsync(Insert, row, ct);
        }

        return codes;
    }

    /// <summary>Takes a code, which counts no more then.</summary>
    /// <returns>False if it is none of the account's.</returns>
    public static async Task<bool> TakeAsync(IUnitOfWork unit, FactorRow factor, string code, CancellationToken ct)
    {
        var parameters = new { FactorId = factor.Id, Hash = Digest.BytesOf(Plain(code)) };
        var found = await unit.FirstOrDefaultAsync<Guid?>(Find, parameters, ct);
        if (found is not { } id || await unit.ExecuteAsync(Delete, new { Id = id }, ct) == 0)
        {
            return false;
        }

        var account = factor.AccountId;
        await unit.PublishAsync(Revoked(factor, id), ct);
        await unit.AuditAsync(new AuditEntry("recovery-code.used", account, account.ToString()), ct);
        return true;
    }

    // In what a restore brings back, it was used too.
    private static CredentialRevoked Revoked(FactorRow factor, Guid code) =>
        new(factor.AccountId, RevocationKind.RecoveryCode, code.ToString());

    // Five bits a letter: 16 of them in four groups.
    private static string Create() =>
        string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Alphabet, 4)));

    private static string Plain(string code) =>
        code.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
}
