using Sillage.Accounts.Addresses;
using Sillage.Accounts.Identity;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Accounts.Recovery;

/// <summary>Somebody forgot a password.</summary>
/// <param name="AccountId">The account; one that does not exist where nobody is called so.</param>
internal sealed record StartReset(Guid AccountId) : IJob
{
    public static string Kind => "password.forgotten";

    string IJob.Key => AccountId.ToString();
}

/// <summary>Makes the link and asks for the mail.</summary>
internal sealed class StartResetWork(IDatabase<AccountsData> database, TimeProvider clock) : IWork<StartReset>
{
    // Whoever asks again and again fills nobody's mailbox.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(2);

    public async Task<WorkResult> RunAsync(StartReset job, WorkRun run, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var isWorth = await database.ReadAsync(
            async reader =>
                IsReached(await new AccountStore(reader).FindAsync(job.AccountId, ct))
                && !(await MailTokens.LastAsync(reader, job.AccountId, MailPurpose.Reset, ct) + Pause > now),
            ct
        );
        return isWorth ? WorkResult.With(unit => AskAsync(unit, job.AccountId, now)) : WorkResult.Done;
    }

    private static async Task AskAsync(IUnitOfWork unit, Guid account, DateTimeOffset now)
    {
        // As it is now: the address may have changed since the look.
        if (await new AccountStore(unit).FindAsync(account, CancellationToken.None) is { } row && IsReached(row))
        {
            await AccountMails.ResetAsync(unit, row, now, CancellationToken.None);
            var entry = new AuditEntry("account.password-forgotten", null, account.ToString());
            await unit.AuditAsync(entry, CancellationToken.None);
        }
    }

    private static bool IsReached(AccountRow? row) =>
        row is { Disabled: false, Email: not null, EmailState: EmailState.Confirmed or EmailState.Registered };
}
