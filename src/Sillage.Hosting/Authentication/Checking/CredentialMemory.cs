using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Sillage.Api.Access;

namespace Sillage.Hosting.Authentication.Checking;

/// <summary>A credential that was checked and found good.</summary>
/// <param name="Caller">Whose it is.</param>
/// <param name="State">Good as long as this holds.</param>
/// <param name="FreshUntil">Until then without asking again.</param>
/// <param name="CountsUntil">Until then it may count, if there is nobody to ask.</param>
/// <param name="Kid">And as long as this key is in the ring; null for what is not signed.</param>
internal sealed record KnownCredential(
    Caller Caller,
    AccountState State,
    DateTimeOffset FreshUntil,
    DateTimeOffset CountsUntil,
    string? Kid = null
);

/// <summary>
/// The credentials seen lately, by digest, in two generations: what is not asked for between two turnovers is forgotten,
/// so memory is bounded without a list of uses.
/// </summary>
internal sealed class CredentialMemory
{
    private const int GenerationSize = 20_000;

    private readonly Lock _turnover = new();
    private ConcurrentDictionary<Digest, KnownCredential> _young = new();
    private ConcurrentDictionary<Digest, KnownCredential> _old = new();

    public bool TryGet(Digest digest, [NotNullWhen(true)] out KnownCredential? credential)
    {
        if (_young.TryGetValue(digest, out credential))
        {
            return true;
        }

        if (!_old.TryGetValue(digest, out credential))
        {
            return false;
        }

        Add(digest, credential);
        return true;
    }

    public void Add(Digest digest, KnownCredential credential)
    {
        _young[digest] = credential;
        if (_young.Count <= GenerationSize)
        {
            return;
        }

        lock (_turnover)
        {
            if (_young.Count > GenerationSize)
            {
                (_old, _young) = (_young, new());
            }
        }
    }

    public void Forget(Digest digest)
    {
        _young.TryRemove(digest, out _);
        _old.TryRemove(digest, out _);
    }
}
