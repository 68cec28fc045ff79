using Sillage.Api.Access;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>Whether the caller has just shown who they are, and not only holds something that was left lying about.</summary>
internal static class RecentLogin
{
    // A long token is a session that nothing refreshes: it is made to be kept, and proves nothing of today.
    private const string LoggedInAt = """
        SELECT created_at FROM session
        WHERE id = @Id AND EXISTS (SELECT 1 FROM refresh_token WHERE session_id = session.id)
        """;

    /// <summary>True with the password on the request itself, or in a session that began after <paramref name="since"/>.</summary>
    public static async Task<bool> IsProvedAsync(
        Caller caller,
        IDatabase<AccountsData> database,
        DateTimeOffset since,
        CancellationToken ct
    ) =>
        caller.Kind switch
        {
            CredentialKind.Password => true,
            CredentialKind.Session => await database.ReadAsync(
                reader => reader.ScalarAsync<DateTimeOffset?>(LoggedInAt, new { Id = caller.CredentialId }, ct),
                ct
            ) >= since,
            _ => false,
        };
}
