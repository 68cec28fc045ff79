using System.Collections.Concurrent;

namespace Sillage.Hosting.Authentication.Checking;

/// <summary>What is remembered of an account is good as long as this is not stale.</summary>
public sealed class AccountState
{
    private volatile bool _stale;

    /// <summary>Whether the account has changed since.</summary>
    public bool IsStale => _stale;

    internal void Spoil() => _stale = true;
}

/// <summary>
/// The accounts of which something is remembered. Whoever reads takes the state first and reads then: a change that is
/// heard of after the reading began spoils that very state.
/// </summary>
public sealed class KnownAccounts
{
    private const int Most = 200_000;

    private readonly ConcurrentDictionary<Guid, AccountState> _states = new();

    /// <summary>The state to remember things of the account under. Take it before reading them.</summary>
    public AccountState Of(Guid accountId)
    {
        if (_states.Count > Most)
        {
            ForgetAll();
        }

        return _states.GetOrAdd(accountId, _ => new AccountState());
    }

    /// <summary>The account has changed: what is remembered of it is read again.</summary>
    public void Forget(Guid accountId)
    {
        if (_states.TryRemove(accountId, out var state))
        {
            state.Spoil();
        }
    }

    /// <summary>Any account may have changed.</summary>
    public void ForgetAll()
    {
        foreach (var id in _states.Keys)
        {
            Forget(id);
        }
    }
}
