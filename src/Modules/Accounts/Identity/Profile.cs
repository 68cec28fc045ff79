using System.ComponentModel.DataAnnotations;
using Sillage.Accounts.Contracts;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.Identity;

/// <summary>What people may change of their own account.</summary>
/// <param name="DisplayName">The name to show, 1 to 100 characters; null for none.</param>
/// <param name="Email">An e-mail address; null for none.</param>
public sealed record Profile(
    [property: StringLength(100, MinimumLength = 1), PlainText] string? DisplayName = null,
    [property: Email] string? Email = null
);

/// <summary>A change of somebody's own profile, whichever way it is asked for.</summary>
internal static class ProfileChange
{
    /// <summary>Applies the patch in the unit; null if there is no such account.</summary>
    public static async Task<AccountRow?> ApplyAsync(
        IUnitOfWork unit,
        Users users,
        Guid accountId,
        MergePatch<Profile> patch,
        Action<AccountRow> check,
        CancellationToken ct
    )
    {
        using var manager = users.In(unit);
        if (await manager.FindByIdAsync(accountId.ToString()) is not { } row)
        {
            return null;
        }

        check(row);
        var before = new Profile(row.DisplayName, row.Email);
        var after = patch.Apply(before);
        if (after != before)
        {
            row.Describe(after.DisplayName, after.Email);
            (await manager.UpdateAsync(row)).MustSucceed();
            await unit.AuditAsync(new AuditEntry("account.corrected", accountId, accountId.ToString()), ct);
            await unit.PublishAsync(new ProfileChanged(accountId), ct);
        }

        return row;
    }
}
