using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sillage.Api.Access;
using Sillage.Storage;

namespace Sillage.Accounts.Revocations;

/// <summary>
/// Takes away again, before the first request, what was revoked since the backup that the accounts came from. Nothing is given:
/// a role that was raised since then, and an account that was opened again, stay as the backup has them. A server that cannot do
/// so does not start.
/// </summary>
internal sealed partial class RevocationReplay(
    RevocationList list,
    IDatabase<AccountsData> database,
    TimeProvider clock,
    ILogger<RevocationReplay> logger
) : IHostedService
{
    private const string DeleteKey = "DELETE FROM api_key WHERE id = @Id";

    private const string DeleteKeys = "DELETE FROM api_key WHERE account_id = @AccountId AND created_at <= @RecordedAt";

    private const string DeleteFactor = "DELETE FROM factor WHERE id = @Id";

    private const string DeleteRecoveryCode = "DELETE FROM recovery_code WHERE id = @Id";

    // A hash that no password has. The owner is given a new one, by an administrator or by `sillage reset-password`.
    private const string EndPassword = """
        UPDATE account SET password_hash = '', security_stamp = @NewStamp
        WHERE id = @AccountId AND security_stamp = @Value
        """;

    private const string Disable = "UPDATE account SET disabled = @True WHERE id = @AccountId";

    private const string SelectRole = "SELECT role FROM account WHERE id = @AccountId";

    private const string Demote = "UPDATE account SET role = @Value WHERE id = @AccountId";

    public async Task StartAsync(CancellationToken ct)
    {
        var revocations = await list.ReadUnappliedAsync(ct);
        if (revocations.Count > 0)
        {
            await database.WriteAsync(
                async unit =>
                {
                    foreach (var revocation in InForce(revocations))
                    {
                        await ApplyAsync(unit, revocation, ct);
                    }

                    return true;
                },
                ct
            );
            await list.MarkAppliedAsync(ct);
            LogApplied(logger, revocations.Count);
        }
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>All that cannot be taken back; of what can, the last word.</summary>
    private static IEnumerable<Revocation> InForce(IReadOnlyList<Revocation> revocations)
    {
        var last = revocations
            .Where(r => r.Kind is RevocationKind.Role or RevocationKind.Disabled)
            .GroupBy(r => (r.AccountId, r.Kind))
            .Select(group => group.Last());
        return revocations.Where(r => r.Kind is not (RevocationKind.Role or RevocationKind.Disabled)).Concat(last);
    }

    private async Task ApplyAsync(IUnitOfWork unit, Revocation revocation, CancellationToken ct)
    {
        switch (revocation.Kind)
        {
            case RevocationKind.ApiKey:
                await unit.ExecuteAsync(DeleteKey, new { Id = Guid.Parse(revocation.Value) }, ct);
                break;
            case RevocationKind.ApiKeys:
                await unit.ExecuteAsync(DeleteKeys, new { revocation.AccountId, revocation.RecordedAt }, ct);
                break;
            case RevocationKind.SecondFactor:
                await unit.ExecuteAsync(DeleteFactor, new { Id = Guid.Parse(revocation.Value) }, ct);
                break;
            case RevocationKind.RecoveryCode:
                await unit.ExecuteAsync(DeleteRecoveryCode, new { Id = Guid.Parse(revocation.Value) }, ct);
                break;
            case RevocationKind.Password:
                var stamp = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
                await unit.ExecuteAsync(
                    EndPassword,
                    new
                    {
                        revocation.AccountId,
                        revocation.Value,
                        NewStamp = stamp,
                    },
                    ct
                );
                break;
            case RevocationKind.Disabled when revocation.Value == bool.TrueString:
                await unit.ExecuteAsync(Disable, new { revocation.AccountId, True = true }, ct);
                break;
            case RevocationKind.Role:
                var restored = await unit.FirstOrDefaultAsync<string>(SelectRole, new { revocation.AccountId }, ct);
                if (restored is not null && Rank(revocation.Value) > Rank(restored))
                {
                    await unit.ExecuteAsync(Demote, new { revocation.AccountId, revocation.Value }, ct);
                }

                break;
        }
    }

    private static int Rank(string role) => Role.All.ToList().IndexOf(role);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Looked for {Count} passwords, keys, second factors and rights that were revoked, in accounts that came from a backup."
    )]
    private static partial void LogApplied(ILogger logger, int count);
}
