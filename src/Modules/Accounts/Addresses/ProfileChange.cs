using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Api.Requests;
using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Accounts.Addresses;

/// <summary>A change of somebody's own profile, whichever way it is asked for.</summary>
internal sealed class ProfileChange(Users users, MailDelivery delivery, AddressLimit limit, TimeProvider clock)
{
    /// <summary>Applies the patch to the account, in a unit of its own.</summary>
    /// <returns>The account as it is then; null if there is none.</returns>
    public async Task<AccountRow?> ApplyAsync(
        IDatabase<AccountsData> database,
        Guid accountId,
        MergePatch<Profile> patch,
        Action<AccountRow> check,
        CancellationToken ct
    )
    {
        // Before the unit: the deployment is asked for it.
        var sendsMail = await delivery.IsThereAsync(ct);
        return await database.WriteAsync(
            async unit =>
            {
                using var manager = users.In(unit);
                if (await manager.FindByIdAsync(accountId.ToString()) is not { } row)
                {
                    return null;
                }

                check(row);
                var before = new Profile(row.DisplayName, row.Email, row.FirstName, row.LastName);
                var after = patch.Apply(before);
                if (after != before)
                {
                    row.Describe(after.DisplayName, before.Email);
                    (row.FirstName, row.LastName) = (after.FirstName, after.LastName);
                    if (after.Email != before.Email)
                    {
                        if (sendsMail)
                        {
                            limit.Take(accountId);
                        }

                        await AddressChange.AskAsync(unit, row, after.Email, sendsMail, clock.GetUtcNow(), ct);
                    }

                    (await manager.UpdateAsync(row)).MustSucceed();
                    await unit.AuditAsync(new AuditEntry("account.corrected", accountId, accountId.ToString()), ct);
                    await unit.PublishAsync(new ProfileChanged(accountId), ct);
                }

                return row;
            },
            ct
        );
    }
}
