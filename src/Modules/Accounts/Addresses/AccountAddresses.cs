using Sillage.Accounts.Contracts;
using Sillage.Storage;

namespace Sillage.Accounts.Addresses;

/// <summary>What who sends mail asks of accounts, answered in this process.</summary>
internal sealed class AccountAddresses(IDatabase<AccountsData> database) : IAccountAddresses
{
    private const string Select = """
        SELECT username, display_name, email, email_state = 'confirmed' AS is_confirmed, disabled AS is_disabled
        FROM account WHERE id = @Account
        """;

    // An address of a change is written to because it is to be confirmed: whoever asks for it by its id may.
    private const string SelectOther = """
        SELECT account.username, account.display_name, address_change.email, 1 = 0 AS is_confirmed,
          account.disabled AS is_disabled
        FROM account LEFT JOIN address_change ON address_change.account_id = account.id AND address_change.id = @AddressId
        WHERE account.id = @Account
        """;

    public async Task<AccountAddress?> FindAsync(Guid account, Guid? addressId, CancellationToken ct)
    {
        var parameters = new { Account = account, AddressId = addressId };
        var row = await database.ReadAsync(
            reader => reader.FirstOrDefaultAsync<Row>(addressId is null ? Select : SelectOther, parameters, ct),
            ct
        );
        return row is null
            ? null
            : new AccountAddress(row.Username, row.DisplayName, row.Email, row.IsConfirmed, row.IsDisabled);
    }

    private sealed record Row(string Username, string? DisplayName, string? Email, bool IsConfirmed, bool IsDisabled);
}
