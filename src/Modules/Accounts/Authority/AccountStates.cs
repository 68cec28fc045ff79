using System.Collections.Concurrent;
using Sillage.Storage;

namespace Sillage.Accounts.Authority;

/// <summary>What is remembered of an account is good as long as this is not stale.</summary>
internal sealed class AccountState
{
    private volatile bool _stale;

    public bool IsStale => _stale;

    public void Spoil() => _stale = true;
}

/// <summary>
/// Tells when what is remembered of an account (its role, its open sessions, its keys) must be read again. Whoever reads
/// takes the state first and reads then: a change that commits after the reading began spoils that very state.
/// </summary>
internal sealed class AccountStates(IDatabase<AccountsModule> database, TimeProvider clock)
{
    /// <summary>How long the changes of other processes may be unknown before nothing is believed unread.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    private const int Most = 200_000;

    // The engine's own clock writes and compares the times; a change is read for 30 seconds, in case its commit was slow.
    private const string RecentChanges = """
        SELECT sequence, account_id FROM change WHERE at > clock_timestamp() - interval '30 seconds'
        """;

    private const string PurgeChanges = "DELETE FROM change WHERE at < clock_timestamp() - interval '10 minutes'";

    private readonly ConcurrentDictionary<Guid, AccountState> _states = new();
    private HashSet<long> _seen = [];
    private long _heard = clock.GetTimestamp();

    /// <summary>Stands for the signing keys in the list of changes.</summary>
    public static Guid Keys => Guid.Empty;

    /// <summary>Whether other processes share the database: on SQLite the data folder has one server.</summary>
    public bool Shared => database.Dialect == SqlDialect.Postgres;

    /// <summary>Whether what is remembered under <paramref name="state"/> may be believed.</summary>
    public bool Holds(AccountState state) =>
        !state.IsStale && (!Shared || clock.GetElapsedTime(Interlocked.Read(ref _heard)) < LongestSilence);

    /// <summary>The state to remember things of the account under. Take it before reading them.</summary>
    public AccountState Of(Guid accountId)
    {
        if (_states.Count > Most)
        {
            ForgetAll();
        }

        return _states.GetOrAdd(accountId, _ => new AccountState());
    }

    /// <summary>Makes everything remembered of the account be read again, in every process, once the unit is committed.</summary>
    public async Task ChangedAsync(IUnitOfWork unit, Guid accountId, CancellationToken cancellationToken)
    {
        if (Shared)
        {
            await unit.ExecuteAsync(
                "INSERT INTO change (account_id) VALUES (@Id)",
                new { Id = accountId },
                cancellationToken
            );
        }

        unit.OnCommitted(() => Forget(accountId));
    }

    /// <summary>Hears of what other processes have changed.</summary>
    /// <returns>Whether the signing keys are among it.</returns>
    public async Task<bool> ListenAsync(CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        var changes = await database.ReadAsync(
            reader => reader.QueryAsync<Change>(RecentChanges, null, cancellationToken),
            cancellationToken
        );
        var news = changes.Where(c => !_seen.Contains(c.Sequence)).Select(c => c.AccountId).ToHashSet();
        foreach (var account in news)
        {
            Forget(account);
        }

        _seen = [.. changes.Select(c => c.Sequence)];
        Interlocked.Exchange(ref _heard, asked);
        return news.Contains(Keys);
    }

    public Task PurgeAsync(CancellationToken cancellationToken) =>
        Shared
            ? database.WriteAsync(unit => unit.ExecuteAsync(PurgeChanges, null, cancellationToken), cancellationToken)
            : Task.CompletedTask;

    private void Forget(Guid accountId)
    {
        if (_states.TryRemove(accountId, out var state))
        {
            state.Spoil();
        }
    }

    private void ForgetAll()
    {
        foreach (var id in _states.Keys)
        {
            Forget(id);
        }
    }

    private sealed record Change(long Sequence, Guid AccountId);
}
