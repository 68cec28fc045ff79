using Sillage.Accounts.Identity;
using Sillage.Storage;

namespace Sillage.Accounts.Addresses;

/// <summary>A change of a confirmed address that waits until both addresses have agreed.</summary>
internal sealed record AddressChangeRow(
    Guid Id,
    Guid AccountId,
    string? Email,
    DateTimeOffset CreatedAt,
    bool NewAgreed,
    bool OldAgreed
);

/// <summary>Changes addresses. One that is confirmed goes only if its reader agrees, so that a stolen session does not take the account.</summary>
internal static class AddressChange
{
    private const string Columns = "id, account_id, email, created_at, new_agreed, old_agreed";

    private const string Upsert = $"""
        INSERT INTO address_change ({Columns}) VALUES (@Id, @AccountId, @Email, @CreatedAt, @NewAgreed, @OldAgreed)
        ON CONFLICT (account_id) DO UPDATE SET id = excluded.id, email = excluded.email, created_at = excluded.created_at,
          new_agreed = excluded.new_agreed, old_agreed = excluded.old_agreed
        """;

    private const string Select = $"SELECT {Columns} FROM address_change WHERE account_id = @AccountId";

    private const string Delete = "DELETE FROM address_change WHERE account_id = @AccountId";

    public static Task<AddressChangeRow?> FindAsync(IReader reader, Guid account, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<AddressChangeRow>(Select, new { AccountId = account }, ct);

    /// <summary>
    /// Takes an address over that its owner gave: at once, or once both addresses have agreed where the one of now is confirmed and
    /// mail can be sent. What is changed in <paramref name="account"/> is for the caller to store.
    /// </summary>
    public static async Task AskAsync(
        IUnitOfWork unit,
        AccountRow account,
        string? email,
        bool sendsMail,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (account is { Email: not null, EmailState: EmailState.Confirmed } && sendsMail)
        {
            var change = new AddressChangeRow(
                Guid.CreateVersion7(now),
                account.Id,
                email,
                now,
                NewAgreed: email is null,
                OldAgreed: false
            );
            await unit.ExecuteAsync(Upsert, change, ct);
            await AccountMails.ChangeAsync(unit, account, change.Id, email, now, ct);
            return;
        }

        await SetAsync(unit, account, email, ct);
        await AccountMails.ConfirmAsync(unit, account, now, ct);
    }

    /// <summary>Sets an address at once: nobody has confirmed it. Links that were sent to the one of before count no more.</summary>
    public static async Task SetAsync(IUnitOfWork unit, AccountRow account, string? email, CancellationToken ct)
    {
        account.Describe(account.DisplayName, email);
        account.EmailState = EmailState.Changed;
        await MailTokens.SpendAllAsync(unit, account.Id, ct);
        await unit.ExecuteAsync(Delete, new { AccountId = account.Id }, ct);
    }

    /// <summary>One of the two addresses has agreed; once both have, the account has the new one.</summary>
    /// <returns>Whether the address was changed; null if there is no such change any more.</returns>
    public static async Task<bool?> AgreeAsync(
        IUnitOfWork unit,
        AccountRow account,
        MailToken token,
        CancellationToken ct
    )
    {
        var expected = token.Purpose == MailPurpose.Leave ? account.EmailKey : null;
        if (await FindAsync(unit, account.Id, ct) is not { } change)
        {
            return null;
        }

        if ((expected ?? change.Email?.ToUpperInvariant()) != token.EmailKey)
        {
            return null;
        }

        change =
            token.Purpose == MailPurpose.Leave ? change with { OldAgreed = true } : change with { NewAgreed = true };
        await MailTokens.SpendAsync(unit, account.Id, token.Purpose, ct);
        if (change is not { OldAgreed: true, NewAgreed: true })
        {
            await unit.ExecuteAsync(Upsert, change, ct);
            return false;
        }

        await SetAsync(unit, account, change.Email, ct);
        account.EmailState = change.Email is null ? EmailState.Changed : EmailState.Confirmed;
        return true;
    }
}
