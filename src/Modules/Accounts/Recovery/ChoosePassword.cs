using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Addresses;
using Sillage.Accounts.ApiKeys;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Accounts.Revocations;
using Sillage.Accounts.Sessions;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Hosting.Limits;
using Sillage.Storage;

namespace Sillage.Accounts.Recovery;

/// <summary>A password, with the link that was sent for it.</summary>
/// <param name="Token">The token of the link.</param>
/// <param name="NewPassword">The password to have: at least 10 characters (a setting), at most 256.</param>
public sealed record ChosenPassword(
    [property: Required, StringLength(100, MinimumLength = 1)] string Token,
    [property: Required, StringLength(PasswordRules.MaximumLength)] string NewPassword
);

/// <summary>Sets the password that somebody chose by the link in a mail. A second factor is asked for as ever.</summary>
internal static class ChoosePassword
{
    private static readonly Problem Refusal = Problem.BadRequest(
        "The link counts no more. Ask for another one.",
        new FieldError("/token", "Used, older than an hour, or sent to an address that is not the account's any more.")
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/auth/reset-password", Handle)
            .AllowAnonymous()
            .LimitLogins()
            .WithTags("Accounts")
            .WithSummary("Choose a password by a link")
            .WithDescription(
                "Once, within an hour. Ends all sessions and API keys of the account and unlocks it; its second factor stays."
            )
            .WithRequestExample(new ChosenPassword("m3f0tOqk…", "three wet oars"))
            .Fails(StatusCodes.Status400BadRequest);

    internal static async Task<Results<NoContent, Problem>> Handle(
        Body<ChosenPassword> body,
        HttpContext context,
        PasswordRules rules,
        PasswordHashing hashing,
        Users users,
        AccountStates states,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var request = body.Value;
        var username = await database.ReadAsync(
            async reader =>
                await FindAsync(reader, request.Token, clock.GetUtcNow(), ct) is { } token
                && await new AccountStore(reader).FindAsync(token.AccountId, ct) is { } row
                    ? row.Username
                    : null,
            ct
        );
        if (username is null)
        {
            return Refusal;
        }

        if (rules.Check(request.NewPassword, username, "/newPassword") is { } weak)
        {
            return weak;
        }

        var hash = await hashing.HashAsync(request.NewPassword, context.Connection.RemoteIpAddress, ct);
        var done = await database.WriteAsync(
            async unit =>
            {
                // Used, or sent in vain, since the look.
                if (await FindAsync(unit, request.Token, clock.GetUtcNow(), ct) is not { } token)
                {
                    return false;
                }

                using var manager = users.In(unit);
                var row = await manager.FindByIdAsync(token.AccountId.ToString());
                if (row is null || row.Disabled || row.EmailKey != token.EmailKey)
                {
                    return false;
                }

                await unit.PublishAsync(new CredentialRevoked(row.Id, RevocationKind.Password, row.SecurityStamp), ct);
                row.PasswordHash = hash;
                row.PasswordGenerated = false;
                row.FailedLogins = 0;
                row.LockedUntil = null;
                // Whoever used the link reads mail there.
                row.EmailState = EmailState.Confirmed;
                (await manager.UpdateSecurityStampAsync(row)).MustSucceed();
                await MailTokens.SpendAllAsync(unit, row.Id, ct);
                await OpenSessions.EndAllAsync(unit, states, row.Id, null, ct);
                await AllApiKeys.EndAsync(unit, row.Id, ct);
                await unit.AuditAsync(new AuditEntry("account.password-chosen", row.Id, row.Id.ToString()), ct);
                await AccountMails.PasswordChangedAsync(unit, row.Id, clock.GetUtcNow(), ct);
                return true;
            },
            ct
        );
        return done ? TypedResults.NoContent() : Refusal;
    }

    private static async Task<MailToken?> FindAsync(
        IReader reader,
        string token,
        DateTimeOffset now,
        CancellationToken ct
    ) => await MailTokens.FindAsync(reader, token, now, ct) is { Purpose: MailPurpose.Reset } found ? found : null;
}
