using Sillage.Accounts.Identity;
using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Accounts.Addresses;

/// <summary>Asks for the mails of accounts, in the unit of what makes them true.</summary>
internal static class AccountMails
{
    /// <summary>Where an address is confirmed; the token is in the fragment, which no server's log sees.</summary>
    public const string ConfirmPage = "/confirm-address";

    /// <summary>Where a password is chosen.</summary>
    public const string ResetPage = "/reset-password";

    /// <summary>The welcome, with which the address is confirmed; nothing where none was given.</summary>
    public static Task WelcomeAsync(IUnitOfWork unit, AccountRow account, DateTimeOffset now, CancellationToken ct) =>
        account.Email is { } email
            ? LinkAsync(unit, AccountKinds.Welcome, account.Id, MailPurpose.Confirm, email, null, now, ct)
            : Task.CompletedTask;

    /// <summary>A mail to the account's address of now, to confirm it.</summary>
    public static Task ConfirmAsync(IUnitOfWork unit, AccountRow account, DateTimeOffset now, CancellationToken ct) =>
        account.Email is { } email
            ? LinkAsync(unit, AccountKinds.ConfirmAddress, account.Id, MailPurpose.Confirm, email, null, now, ct)
            : Task.CompletedTask;

    /// <summary>Mails to the address that is to come, if there is one, and to the one that is to go.</summary>
    public static async Task ChangeAsync(
        IUnitOfWork unit,
        AccountRow account,
        Guid changeId,
        string? email,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (email is not null)
        {
            await LinkAsync(unit, AccountKinds.ConfirmAddress, account.Id, MailPurpose.Come, email, changeId, now, ct);
        }

        await LinkAsync(unit, AccountKinds.LeaveAddress, account.Id, MailPurpose.Leave, account.Email!, null, now, ct);
    }

    /// <summary>A mail with which a password is chosen.</summary>
    public static async Task ResetAsync(IUnitOfWork unit, AccountRow account, DateTimeOffset now, CancellationToken ct)
    {
        var token = await MailTokens.MakeAsync(
            unit,
            account.Id,
            MailPurpose.Reset,
            account.Email!,
            MailTokens.ToReset,
            now,
            ct
        );
        await WantAsync(unit, AccountKinds.PasswordReset, account.Id, $"{ResetPage}#token={token}", null, now, ct);
    }

    /// <summary>Says that the password was changed.</summary>
    public static Task PasswordChangedAsync(IUnitOfWork unit, Guid account, DateTimeOffset now, CancellationToken ct) =>
        WantAsync(unit, AccountKinds.PasswordChanged, account, ResetPage, null, now, ct);

    private static async Task LinkAsync(
        IUnitOfWork unit,
        NotificationKind kind,
        Guid account,
        string purpose,
        string email,
        Guid? addressId,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var token = await MailTokens.MakeAsync(unit, account, purpose, email, MailTokens.ToConfirm, now, ct);
        await WantAsync(unit, kind, account, $"{ConfirmPage}#token={token}", addressId, now, ct);
    }

    private static Task WantAsync(
        IUnitOfWork unit,
        NotificationKind kind,
        Guid account,
        string url,
        Guid? addressId,
        DateTimeOffset now,
        CancellationToken ct
    ) =>
        unit.PublishAsync(
            new NotificationWanted(
                kind.Name,
                account,
                Guid.CreateVersion7(now).ToString(),
                new Dictionary<string, string> { ["url"] = url }
            )
            {
                AddressId = addressId,
            },
            ct
        );
}
