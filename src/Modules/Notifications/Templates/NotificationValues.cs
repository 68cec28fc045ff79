using Sillage.Accounts.Contracts;
using Sillage.Notifications.Stored;

namespace Sillage.Notifications.Templates;

/// <summary>What a notification's texts are made of: its data, and the names of people as the account directory knows them now.</summary>
internal sealed class NotificationValues(IAccountDirectory directory)
{
    /// <summary>What somebody is called who is no more.</summary>
    private const string Nobody = "—";

    public async Task<Dictionary<string, string>> ValuesAsync(NotificationRow row, CancellationToken ct) =>
        (await ValuesAsync([row], greets: false, ct))[0];

    /// <summary>The same of many, with one question for all names; <paramref name="greets"/> for texts that call whom they are for, too.</summary>
    public async Task<IReadOnlyList<Dictionary<string, string>>> ValuesAsync(
        IReadOnlyList<NotificationRow> rows,
        bool greets,
        CancellationToken ct
    )
    {
        var people = rows.SelectMany(row => greets ? row.Accounts.Values.Append(row.Recipient) : row.Accounts.Values)
            .Distinct()
            .ToList();
        var found = people.Count == 0 ? new Dictionary<Guid, AccountSummary>() : await directory.FindAsync(people, ct);
        return
        [
            .. rows.Select(row =>
            {
                var values = new Dictionary<string, string>(row.Values, StringComparer.Ordinal);
                foreach (var (name, id) in row.Accounts)
                {
                    values[name] = found.GetValueOrDefault(id) is { } account
                        ? account.DisplayName ?? account.Username
                        : Nobody;
                }

                if (found.GetValueOrDefault(row.Recipient) is { } reader)
                {
                    values["name"] = reader.DisplayName ?? reader.Username;
                    values["username"] = reader.Username;
                }

                return values;
            }),
        ];
    }
}
