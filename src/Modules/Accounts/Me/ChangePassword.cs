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
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>A change of password.</summary>
/// <param name="CurrentPassword">The password as it is.</param>
/// <param name="NewPassword">The password to have: at least 10 characters (a setting), at most 256.</param>
/// <param name="KeepApiKeys">Whether my API keys go on. Default false: who knew the old password may have made some.</param>
public sealed record PasswordChange(
    [property: Required, StringLength(1024)] string CurrentPassword,
    [property: Required, StringLength(PasswordRules.MaximumLength)] string NewPassword,
    bool KeepApiKeys = false
);

/// <summary>Changes the caller's password and ends every other session, and the API keys unless they are to stay.</summary>
internal static class ChangePassword
{
    public static void Map(RouteGroupBuilder me) =>
        me.MapPut("/password", Handle)
            .WithSummary("Change my password")
            .WithDescription(
                "Ends all sessions but the one that asks, and all API keys unless `keepApiKeys` is true. A wrong current password counts towards the lockout. Not with an API key."
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict)
            .WithRequestExample(new PasswordChange("k7hm-2wqa-nx9e", "three wet oars"));

    internal static async Task<Results<NoContent, Problem>> Handle(
        Body<PasswordChange> body,
        Caller caller,
        HttpContext context,
        PasswordCheck passwords,
        PasswordRules rules,
        PasswordHashing hashing,
        Users users,
        AccountStates states,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (caller.Kind == CredentialKind.ApiKey)
        {
            return Problem.Forbidden("An API key cannot change its owner's password; log in.");
        }

        var request = body.Value;
        if (rules.Check(request.NewPassword, caller.Username, "/newPassword") is { } weak)
        {
            return weak;
        }

        // Without a code: who asks has a session, which took one.
        var (_, verified) = await passwords.RunAsync(
            caller.Username,
            request.CurrentPassword,
            null,
            context.Connection.RemoteIpAddress,
            ct
        );
        if (verified is null)
        {
            return Problem.BadRequest(
                "The current password is not right, or it is locked after too many wrong ones.",
                new FieldError("/currentPassword", "Not the current password, or locked for some minutes.")
            );
        }

        var hash = await hashing.HashAsync(request.NewPassword, null, ct);
        var done = await database.WriteAsync(
            async unit =>
            {
                using var manager = users.In(unit);
                var row = await manager.FindByIdAsync(caller.Id.ToString());
                // Somebody else has changed it since it was compared.
                if (row is null || row.SecurityStamp != verified.SecurityStamp)
                {
                    return false;
                }

                await unit.PublishAsync(new CredentialRevoked(row.Id, RevocationKind.Password, row.SecurityStamp), ct);
                row.PasswordHash = hash;
                row.PasswordGenerated = false;
                (await manager.UpdateSecurityStampAsync(row)).MustSucceed();
                await OpenSessions.EndAllAsync(unit, states, row.Id, caller.CredentialId, ct);
                if (!request.KeepApiKeys)
                {
                    await AllApiKeys.EndAsync(unit, row.Id, ct);
                }

                await unit.AuditAsync(new AuditEntry("account.password-changed", caller.Id, row.Id.ToString()), ct);
                await AccountMails.PasswordChangedAsync(unit, row.Id, clock.GetUtcNow(), ct);
                return true;
            },
            ct
        );
        return done
            ? TypedResults.NoContent()
            : Problem.Conflict("The password was changed by somebody else at this moment.");
    }
}
