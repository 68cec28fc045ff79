using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Sillage.Storage;

namespace Sillage.Accounts.Identity;

/// <summary>
/// Identity's view of the account table, inside one reader or unit of work: what Identity reads and writes happens in the
/// unit of the slice that asked it to. In a unit the rows read are locked, so that nothing comes between read and write.
/// </summary>
internal sealed class AccountStore(IReader reader)
    : IUserPasswordStore<AccountRow>,
        IUserSecurityStampStore<AccountRow>,
        IUserLockoutStore<AccountRow>
{
    private const string Insert = $"""
        INSERT INTO account ({AccountRow.Columns})
        VALUES (@Id, @Username, @UsernameKey, @Email, @EmailKey, @DisplayName, @DisplayNameKey, @Role, @PasswordHash,
          @PasswordGenerated, @SecurityStamp, @Disabled, @FailedLogins, @LockedUntil, @CreatedAt, @EmailState,
          @FirstName, @LastName, @LoginKey)
        """;

    private const string Update = """
        UPDATE account SET username = @Username, username_key = @UsernameKey, email = @Email, email_key = @EmailKey,
          display_name = @DisplayName, display_name_key = @DisplayNameKey, role = @Role, password_hash = @PasswordHash,
          password_generated = @PasswordGenerated, security_stamp = @SecurityStamp, disabled = @Disabled,
          failed_logins = @FailedLogins, locked_until = @LockedUntil, email_state = @EmailState,
          first_name = @FirstName, last_name = @LastName
        WHERE id = @Id
        """;

    private const string ById = $"SELECT {AccountRow.ReadColumns} FROM account WHERE id = @Id";

    // A name that logs somebody in is nobody else's, be it a user name or an address: Identity asks here whether one is free.
    private const string ByName = $"""
        SELECT {AccountRow.ReadColumns} FROM account WHERE username_key = @Key OR login_key = @Key
        ORDER BY CASE WHEN login_key = @Key THEN 0 ELSE 1 END LIMIT 1
        """;

    private const string Locked = " FOR UPDATE";

    private readonly IReader _reader = reader;

    private IUnitOfWork Unit =>
        _reader as IUnitOfWork ?? throw new InvalidOperationException("Accounts are changed inside a unit of work.");

    public async Task<IdentityResult> CreateAsync(AccountRow user, CancellationToken ct)
    {
        await Unit.ExecuteAsync(Insert, user, ct);
        return IdentityResult.Success;
    }

    public async Task<IdentityResult> UpdateAsync(AccountRow user, CancellationToken ct)
    {
        var rows = await Unit.ExecuteAsync(Update, user, ct);
        return rows == 1
            ? IdentityResult.Success
            : IdentityResult.Failed(new IdentityErrorDescriber().ConcurrencyFailure());
    }

    public async Task<IdentityResult> DeleteAsync(AccountRow user, CancellationToken ct)
    {
        await Unit.ExecuteAsync("DELETE FROM account WHERE id = @Id", new { user.Id }, ct);
        return IdentityResult.Success;
    }

    public Task<AccountRow?> FindByIdAsync(string userId, CancellationToken ct) =>
        FindAsync(Guid.Parse(userId, CultureInfo.InvariantCulture), ct);

    public Task<AccountRow?> FindAsync(Guid id, CancellationToken ct) =>
        _reader.FirstOrDefaultAsync<AccountRow>(ForThis(ById), new { Id = id }, ct);

    public Task<AccountRow?> FindByNameAsync(string normalizedUserName, CancellationToken ct) =>
        _reader.FirstOrDefaultAsync<AccountRow>(ForThis(ByName), new { Key = normalizedUserName }, ct);

    private Sql ForThis(string query) => new(query, _reader is IUnitOfWork ? query + Locked : query);

    public Task<string> GetUserIdAsync(AccountRow user, CancellationToken ct) => Task.FromResult(user.Id.ToString());

    public Task<string?> GetUserNameAsync(AccountRow user, CancellationToken ct) =>
        Task.FromResult<string?>(user.Username);

    public Task SetUserNameAsync(AccountRow user, string? userName, CancellationToken ct)
    {
        user.Username = userName ?? "";
        return Task.CompletedTask;
    }

    public Task<string?> GetNormalizedUserNameAsync(AccountRow user, CancellationToken ct) =>
        Task.FromResult<string?>(user.UsernameKey);

    public Task SetNormalizedUserNameAsync(AccountRow user, string? normalizedName, CancellationToken ct)
    {
        user.UsernameKey = normalizedName ?? "";
        return Task.CompletedTask;
    }

    public Task SetPasswordHashAsync(AccountRow user, string? passwordHash, CancellationToken ct)
    {
        user.PasswordHash = passwordHash ?? "";
        return Task.CompletedTask;
    }

    public Task<string?> GetPasswordHashAsync(AccountRow user, CancellationToken ct) =>
        Task.FromResult<string?>(user.PasswordHash);

    public Task<bool> HasPasswordAsync(AccountRow user, CancellationToken ct) =>
        Task.FromResult(user.PasswordHash.Length > 0);

    public Task SetSecurityStampAsync(AccountRow user, string stamp, CancellationToken ct)
    {
        user.SecurityStamp = stamp;
        return Task.CompletedTask;
    }

    public Task<string?> GetSecurityStampAsync(AccountRow user, CancellationToken ct) =>
        Task.FromResult<string?>(user.SecurityStamp);

    public Task<DateTimeOffset?> GetLockoutEndDateAsync(AccountRow user, CancellationToken ct) =>
        Task.FromResult(user.LockedUntil);

    public Task SetLockoutEndDateAsync(AccountRow user, DateTimeOffset? lockoutEnd, CancellationToken ct)
    {
        user.LockedUntil = lockoutEnd;
        return Task.CompletedTask;
    }

    public Task<int> IncrementAccessFailedCountAsync(AccountRow user, CancellationToken ct) =>
        Task.FromResult((int)++user.FailedLogins);

    public Task ResetAccessFailedCountAsync(AccountRow user, CancellationToken ct)
    {
        user.FailedLogins = 0;
        return Task.CompletedTask;
    }

    public Task<int> GetAccessFailedCountAsync(AccountRow user, CancellationToken ct) =>
        Task.FromResult((int)user.FailedLogins);

    public Task<bool> GetLockoutEnabledAsync(AccountRow user, CancellationToken ct) => Task.FromResult(true);

    // Every account can be locked; Identity asks for it to be remembered.
    public Task SetLockoutEnabledAsync(AccountRow user, bool enabled, CancellationToken ct) => Task.CompletedTask;

    public void Dispose() { }
}
