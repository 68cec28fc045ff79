using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Addresses;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Sessions;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.People;

/// <summary>What an administrator may change of an account.</summary>
/// <param name="Role"><c>administrator</c>, <c>researcher</c> or <c>member</c>. Counts at once, for open sessions and API keys too.</param>
/// <param name="Disabled">Whether the account is shut: all its sessions end, and no password or key of it counts.</param>
/// <param name="LockedUntil">Null unlocks the password. A lock itself comes of wrong passwords only; to shut an account, disable it.</param>
/// <param name="DisplayName">The name to show, 1 to 100 characters; null for none.</param>
/// <param name="Email">An e-mail address; null for none.</param>
public sealed record UserChange(
    [property: Required, Role] string Role,
    bool Disabled,
    DateTimeOffset? LockedUntil = null,
    [property: StringLength(100, MinimumLength = 1), PlainText] string? DisplayName = null,
    [property: Email] string? Email = null
);

/// <summary>Changes somebody's account: role, lock, profile.</summary>
internal static class ChangeUser
{
    public static void Map(RouteGroupBuilder users) =>
        users
            .MapPatch("/{id:guid}", Handle)
            .RequirePermission(AccountsPermission.ManageAccounts)
            .WithSummary("Change an account")
            .WithDescription(
                "A JSON Merge Patch. Gives a role, shuts an account or opens it again, unlocks its password, corrects its profile. "
                    + "An API key gives no role, and changes neither an administrator nor its owner."
            )
            .WithRequestExample(new UserChange(Role.Researcher, false))
            .WithReplyExample(Account.Example with { Role = Role.Researcher })
            .Fails(
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed
            );

    internal static async Task<Results<Reply<Account>, Problem>> Handle(
        Guid id,
        MergePatch<UserChange> patch,
        Precondition precondition,
        Caller caller,
        Identity.Users users,
        AccountStates states,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    ) =>
        await database.WriteAsync<Results<Reply<Account>, Problem>>(
            async unit =>
            {
                using var manager = users.In(unit);
                if (await manager.FindByIdAsync(id.ToString()) is not { } row)
                {
                    return Problem.NotFound();
                }

                precondition.Check(Account.Of(row, clock.GetUtcNow()));
                var before = Of(row, clock.GetUtcNow());
                var after = patch.Apply(before);
                if (await RefuseAsync(unit, caller, row, before, after, ct) is { } refused)
                {
                    return refused;
                }

                if (after != before)
                {
                    Apply(after, row);
                    if (after.Email != before.Email)
                    {
                        await AddressChange.SetAsync(unit, row, after.Email, ct);
                        await AccountMails.ConfirmAsync(unit, row, clock.GetUtcNow(), ct);
                    }

                    (await manager.UpdateAsync(row)).MustSucceed();
                    await FollowAsync(unit, states, caller, row, before, after, ct);
                }

                return Reply.Ok(Account.Of(row, clock.GetUtcNow()));
            },
            ct
        );

    private static UserChange Of(AccountRow row, DateTimeOffset now) =>
        new(row.Role, row.Disabled, row.IsLocked(now) ? row.LockedUntil : null, row.DisplayName, row.Email);

    private static async Task<Problem?> RefuseAsync(
        IUnitOfWork unit,
        Caller caller,
        AccountRow row,
        UserChange before,
        UserChange after,
        CancellationToken ct
    )
    {
        if ((ByApiKey.RefuseTarget(caller, row) ?? ByApiKey.RefuseRole(caller, before.Role, after.Role)) is { } refused)
        {
            return refused;
        }

        if (after.LockedUntil is not null && after.LockedUntil != before.LockedUntil)
        {
            return Problem.BadRequest(
                "A lock comes of wrong passwords only.",
                new FieldError("/lockedUntil", "Null, to unlock. To shut an account, set disabled.")
            );
        }

        var leaves =
            before is { Role: Role.Administrator, Disabled: false }
            && after is not { Role: Role.Administrator, Disabled: false };
        return leaves ? await Administrators.CheckAnotherRemainsAsync(unit, row.Id, ct) : null;
    }

    private static void Apply(UserChange change, AccountRow row)
    {
        row.Role = change.Role;
        row.Disabled = change.Disabled;
        row.Describe(change.DisplayName, row.Email);
        if (change.LockedUntil is null)
        {
            row.LockedUntil = null;
            row.FailedLogins = 0;
        }
    }

    private static async Task FollowAsync(
        IUnitOfWork unit,
        AccountStates states,
        Caller caller,
        AccountRow row,
        UserChange before,
        UserChange after,
        CancellationToken ct
    )
    {
        if (after.Disabled && !before.Disabled)
        {
            await OpenSessions.EndAllAsync(unit, states, row.Id, null, ct);
        }
        else
        {
            await states.ChangedAsync(unit, row.Id, ct);
        }

        // Names of what changed, and values only where they are no personal data.
        var details = System.Text.Json.JsonSerializer.Serialize(
            new
            {
                role = after.Role == before.Role ? null : after.Role,
                disabled = after.Disabled == before.Disabled ? (bool?)null : after.Disabled,
                unlocked = after.LockedUntil == before.LockedUntil ? (bool?)null : true,
                profile = after.DisplayName == before.DisplayName && after.Email == before.Email ? (bool?)null : true,
            },
            Json.Options
        );
        await unit.AuditAsync(new AuditEntry("account.changed", caller.Id, row.Id.ToString(), details), ct);
        await PublishAsync(unit, row.Id, before, after, ct);
    }

    private static async Task PublishAsync(
        IUnitOfWork unit,
        Guid accountId,
        UserChange before,
        UserChange after,
        CancellationToken ct
    )
    {
        if (after.Role != before.Role)
        {
            await unit.PublishAsync(new RolesChanged(accountId, [after.Role]), ct);
        }

        if (after.Disabled != before.Disabled)
        {
            await unit.PublishAsync(new AccountDisabled(accountId, after.Disabled), ct);
        }

        if (after.DisplayName != before.DisplayName || after.Email != before.Email)
        {
            await unit.PublishAsync(new ProfileChanged(accountId), ct);
        }
    }
}
