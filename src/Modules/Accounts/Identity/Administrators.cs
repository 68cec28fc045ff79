using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Accounts.Identity;

/// <summary>Keeps a server from being left without an administrator.</summary>
internal static class Administrators
{
    private const string Others = """
        SELECT id FROM account WHERE role = 'administrator' AND NOT disabled AND id <> @Id
        """;

    // Two who leave at once wait for each other here, and the second one finds that he is the last.
    private static readonly Sql LockAll = new(
        "SELECT 1",
        "SELECT 1 FROM account WHERE role = 'administrator' ORDER BY id FOR UPDATE"
    );

    /// <summary>Call before an account stops being an administrator that can log in.</summary>
    /// <returns>Null if another one remains; else 409.</returns>
    public static async Task<Problem?> CheckAnotherRemainsAsync(IUnitOfWork unit, Guid accountId, CancellationToken ct)
    {
        await unit.QueryAsync<long>(LockAll, null, ct);
        var others = await unit.QueryAsync<Guid>(Others, new { Id = accountId }, ct);
        return others.Count > 0 ? null : Problem.Conflict("This is the last administrator. Make another one first.");
    }
}
