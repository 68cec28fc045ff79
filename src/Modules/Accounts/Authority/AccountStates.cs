using System.Collections.Immutable;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Storage;

namespace Sillage.Accounts.Authority;

/// <summary>
/// Tells when what is remembered of an account (its role, its open sessions, its keys) must be read again. Whoever reads
/// takes the state first and reads then: a change that commits after the reading began spoils that very state.
/// </summary>
internal sealed class AccountStates(IDatabase<AccountsData> database, ChangeFeed feed, TimeProvider clock)
{
    /// <summary>How long the changes of other processes may be unknown before nothing is believed unread.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    // The engine's own clock writes and compares the times; a change is read for 30 seconds, in case its commit was slow.
    private const string RecentChanges = """
        SELECT sequence, account_id FROM change WHERE at > clock_timestamp() - interval '30 seconds'
        """;

    private const string PurgeChanges = "DELETE FROM change WHERE at < clock_timestamp() - interval '10 minutes'";

    private HashSet<long> _seen = [];
    private ImmutableArray<Action<Guid>> _heardBy = [];
    private long _heard = clock.GetTimestamp();

    /// <summary>Stands for the signing keys in the list of changes.</summary>
    public static Guid Keys => Guid.Empty;

    /// <summary>Whether other processes share the database: on SQLite the data folder has one server.</summary>
    public bool Shared => database.Dialect == SqlDialect.Postgres;

    /// <summary>The accounts of which something is remembered.</summary>
    public KnownAccounts Known { get; } = new();

    /// <summary>Whether the changes that other processes make are heard of, so that what is remembered may be believed.</summary>
    public bool IsHearing => !Shared || clock.GetElapsedTime(Interlocked.Read(ref _heard)) < LongestSilence;

    /// <summary>Makes everything remembered of the account be read again, in every process, once the unit is committed.</summary>
    public async Task ChangedAsync(IUnitOfWork unit, Guid accountId, CancellationToken ct)
    {
        if (Shared)
        {
            await unit.ExecuteAsync("INSERT INTO change (account_id) VALUES (@Id)", new { Id = accountId }, ct);
        }

        unit.OnCommitted(() => Forget(accountId));
    }

    /// <summary>Hears of what other processes have changed.</summary>
    /// <returns>Whether the signing keys are among it.</returns>
    public async Task<bool> ListenAsync(CancellationToken ct)
    {
        var asked = clock.GetTimestamp();
        var changes = await database.ReadAsync(reader => reader.QueryAsync<Change>(RecentChanges, null, ct), ct);
        var news = changes.Where(c => !_seen.Contains(c.Sequence)).Select(c => c.AccountId).ToHashSet();
        foreach (var account in news)
        {
            Forget(account);
        }

        // What was committed in so long a silence may not be among them any more.
        if (clock.GetElapsedTime(Interlocked.Read(ref _heard), asked) > LongestSilence)
        {
            Known.ForgetAll();
            feed.Add(Keys);
            Tell(Keys);
        }

        _seen = [.. changes.Select(c => c.Sequence)];
        Interlocked.Exchange(ref _heard, asked);
        return news.Contains(Keys);
    }

    public Task PurgeAsync(CancellationToken ct) =>
        Shared ? database.WriteAsync(unit => unit.ExecuteAsync(PurgeChanges, null, ct), ct) : Task.CompletedTask;

    /// <summary>Has a method called with the id of each account that has changed, and of some that have not.</summary>
    public void OnChanged(Action<Guid> heard) => ImmutableInterlocked.Update(ref _heardBy, by => by.Add(heard));

    /// <summary>The signing keys have been read again.</summary>
    public void KeysAreRead() => Tell(Keys);

    private void Forget(Guid accountId)
    {
        Known.Forget(accountId);
        feed.Add(accountId);
        Tell(accountId);
    }

    private void Tell(Guid accountId)
    {
        foreach (var heard in _heardBy)
        {
            heard(accountId);
        }
    }

    private sealed record Change(long Sequence, Guid AccountId);
}
