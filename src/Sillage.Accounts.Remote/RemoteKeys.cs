using System.Collections.Frozen;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Authentication.Jwt;

namespace Sillage.Accounts.Remote;

/// <summary>The public halves of the keys that tokens are signed with, as the accounts publish them (JWKS, RFC 7517).</summary>
internal sealed class RemoteKeys(AccountsClient client, TimeProvider clock) : IDisposable
{
    /// <summary>An unknown name in a token makes the keys be fetched, and no more often than this: anybody can invent names.</summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(10);

    private const string Address = ".well-known/jwks.json";

    private readonly SemaphoreSlim _one = new(1);
    private volatile FrozenDictionary<string, SigningKey> _keys = FrozenDictionary<string, SigningKey>.Empty;
    private long? _learnt;

    public SigningKey? Find(string kid) => _keys.GetValueOrDefault(kid);

    /// <summary>Fetches the keys for a name that is not among them.</summary>
    public async ValueTask<bool> LearnAsync(string kid, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (_keys.ContainsKey(kid))
            {
                return true;
            }

            if (_learnt is { } learnt && clock.GetElapsedTime(learnt) < ShortestPause)
            {
                return false;
            }

            await FetchAsync(ct);
            _learnt = clock.GetTimestamp();
            return _keys.ContainsKey(kid);
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task FetchAsync(CancellationToken ct)
    {
        var set =
            await client.AskPublicAsync<JsonWebKeySet>(Address, ct)
            ?? throw new AccountsUnreachableException("There are no keys at the address of the accounts.");
        var before = _keys;
        _keys = set
            .Keys.Select(SigningKey.FromPublic)
            .Select(key => before.GetValueOrDefault(key.Kid) ?? key)
            .ToFrozenDictionary(key => key.Kid, StringComparer.Ordinal);
    }

    public void Dispose() => _one.Dispose();
}
