using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Passwords;
using Sillage.Storage;

namespace Sillage.Accounts.Provisioning;

/// <summary>What other modules ask of accounts, answered in this process.</summary>
internal sealed class AccountDirectory(
    IDatabase<AccountsData> database,
    PasswordHashing hashing,
    PasswordRules rules,
    Authority.AccountStates states,
    TimeProvider clock
) : IAccountDirectory
{
    public const int MostAtOnce = 1000;

    // A list goes in as so many parameters on SQLite, as one array on PostgreSQL.
    private static readonly Sql ByIds = new(
        "SELECT id, username, display_name, role FROM account WHERE id IN @Ids",
        "SELECT id, username, display_name, role FROM account WHERE id = ANY(@Ids)"
    );

    private const string ByName = """
        SELECT id, username, display_name, role FROM account WHERE username_key = @Key
        """;

    private static readonly Sql TakenNames = new(
        "SELECT username_key FROM account WHERE username_key IN @Keys",
        "SELECT username_key FROM account WHERE username_key = ANY(@Keys)"
    );

    private const string Insert = """
        INSERT INTO account (id, username, username_key, role, password_hash, password_generated, security_stamp,
          disabled, failed_logins, created_at)
        VALUES (@Id, @Username, @UsernameKey, @Role, @PasswordHash, @PasswordGenerated, @SecurityStamp,
          @Disabled, @FailedLogins, @CreatedAt)
        """;

    // Only those that nobody has used yet: a withdrawal must not become a way to erase people.
    private static readonly Sql Withdraw = new(
        "DELETE FROM account WHERE id IN @Ids AND password_generated AND role = 'member'",
        "DELETE FROM account WHERE id = ANY(@Ids) AND password_generated AND role = 'member'"
    );

    public async Task<IReadOnlyDictionary<Guid, AccountSummary>> FindAsync(
        IReadOnlyCollection<Guid> ids,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(ids);
        var found = new Dictionary<Guid, AccountSummary>(ids.Count);
        foreach (var some in ids.Chunk(MostAtOnce))
        {
            var rows = await database.ReadAsync(
                reader => reader.QueryAsync<AccountSummary>(ByIds, new { Ids = new IdList(some) }, ct),
                ct
            );
            foreach (var row in rows)
            {
                found[row.Id] = row;
            }
        }

        return found;
    }

    public Task<AccountSummary?> FindByUsernameAsync(string username, CancellationToken ct) =>
        database.ReadAsync(
            reader => reader.FirstOrDefaultAsync<AccountSummary>(ByName, new { Key = Usernames.Key(username) }, ct),
            ct
        );

    public string? FindFault(string username) => Usernames.IsValid(username) ? null : Usernames.Rule;

    public Task<Contracts.Provisioning> ProvisionAsync(
        IReadOnlyList<string> usernames,
        Guid actor,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(usernames);
        return ProvisionAsync([.. usernames.Select(name => new NewAccount(RandomId.Create(), name))], (Guid?)actor, ct);
    }

    public Task<Contracts.Provisioning> ProvisionAsync(IReadOnlyList<NewAccount> accounts, CancellationToken ct) =>
        ProvisionAsync(accounts, null, ct);

    private async Task<Contracts.Provisioning> ProvisionAsync(
        IReadOnlyList<NewAccount> asked,
        Guid? actor,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(asked);
        if (asked.Count is 0 or > MostAtOnce)
        {
            throw new ArgumentException($"1 to {MostAtOnce} user names.", nameof(asked));
        }

        if (RefuseUnread([.. asked.Select(a => a.Username)]) is { Count: > 0 } refused)
        {
            return new Contracts.Provisioning([], refused);
        }

        var passwords = asked.Select(_ => GeneratedPassword.Create()).ToArray();
        var hashes = await hashing.HashGeneratedAsync(passwords, ct);
        var now = clock.GetUtcNow();
        var accounts = asked.Zip(
            hashes,
            (account, hash) =>
                new AccountRow
                {
                    Id = account.Id,
                    Username = account.Username,
                    UsernameKey = Usernames.Key(account.Username),
                    PasswordHash = hash,
                    PasswordGenerated = true,
                    SecurityStamp = RandomId.Create().ToString("N"),
                    CreatedAt = now,
                }
        );
        return await StoreAsync([.. accounts], passwords, actor, ct);
    }

    public async Task<AccountCreation> CreateAsync(string username, string password, Guid actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (!Usernames.IsValid(username))
        {
            return new AccountCreation(null, "The user name is not valid: " + Usernames.Rule);
        }

        if (rules.Refusal(password, username) is { } weak)
        {
            return new AccountCreation(null, "The password is not strong enough: " + weak);
        }

        var now = clock.GetUtcNow();
        var account = new AccountRow
        {
            Id = RandomId.Create(),
            Username = username,
            UsernameKey = Usernames.Key(username),
            PasswordHash = await hashing.HashAsync(password, null, ct),
            // Given by somebody else and not used yet, which is what a withdrawal asks for.
            PasswordGenerated = true,
            SecurityStamp = RandomId.Create().ToString("N"),
            CreatedAt = now,
        };
        var stored = await StoreAsync([account], [password], actor, ct);
        return stored.Refused.Count == 0
            ? new AccountCreation(account.Id, null)
            : new AccountCreation(null, "The user name is taken.");
    }

    public Task WithdrawAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return database.WriteAsync(
            async unit =>
            {
                foreach (var some in ids.Chunk(MostAtOnce))
                {
                    var gone = await unit.ExecuteAsync(Withdraw, new { Ids = new IdList(some) }, ct);
                    await unit.AuditAsync(
                        new AuditEntry("account.withdrawn", null, "accounts", $$"""{"count":{{gone}}}"""),
                        ct
                    );
                }

                foreach (var id in ids)
                {
                    await states.ChangedAsync(unit, id, ct);
                }

                return true;
            },
            ct
        );
    }

    // What is wrong with the names themselves.
    private static Dictionary<int, string> RefuseUnread(IReadOnlyList<string> usernames)
    {
        var refused = new Dictionary<int, string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < usernames.Count; i++)
        {
            if (!Usernames.IsValid(usernames[i]))
            {
                refused[i] = Usernames.Rule;
            }
            else if (!seen.Add(Usernames.Key(usernames[i])))
            {
                refused[i] = "The name is there twice; case does not count.";
            }
        }

        return refused;
    }

    private async Task<Contracts.Provisioning> StoreAsync(
        IReadOnlyList<AccountRow> accounts,
        IReadOnlyList<string> passwords,
        Guid? actor,
        CancellationToken ct
    )
    {
        try
        {
            var refused = await database.WriteAsync(
                async unit =>
                {
                    var taken = await TakenAsync(unit, accounts, ct);
                    if (taken.Count == 0)
                    {
                        await InsertAsync(unit, accounts, actor, ct);
                    }

                    return taken;
                },
                ct
            );
            return new Contracts.Provisioning(
                refused.Count > 0
                    ? []
                    : [.. accounts.Zip(passwords, (a, p) => new ProvisionedAccount(a.Id, a.Username, p))],
                refused
            );
        }
        catch (UniqueViolationException)
        {
            // Somebody took one of the names between the look and the insert; nothing was stored, and now it shows.
            return new Contracts.Provisioning(
                [],
                await database.ReadAsync(reader => TakenAsync(reader, accounts, ct), ct)
            );
        }
    }

    private static async Task<Dictionary<int, string>> TakenAsync(
        IReader reader,
        IReadOnlyList<AccountRow> accounts,
        CancellationToken ct
    )
    {
        var keys = accounts.Select(a => a.UsernameKey).ToArray();
        var taken = (await reader.QueryAsync<string>(TakenNames, new { Keys = keys }, ct)).ToHashSet(
            StringComparer.Ordinal
        );
        return accounts
            .Select((account, i) => (account, i))
            .Where(pair => taken.Contains(pair.account.UsernameKey))
            .ToDictionary(pair => pair.i, _ => "The name is taken.");
    }

    private static async Task InsertAsync(
        IUnitOfWork unit,
        IReadOnlyList<AccountRow> accounts,
        Guid? actor,
        CancellationToken ct
    )
    {
        foreach (var account in accounts)
        {
            await unit.ExecuteAsync(Insert, account, ct);
        }

        await unit.PublishAllAsync([.. accounts.Select(a => new AccountRegistered(a.Id, a.Role))], ct);
        await unit.AuditAsync(
            new AuditEntry("account.provisioned", actor, "accounts", $$"""{"count":{{accounts.Count}}}"""),
            ct
        );
    }
}
