using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace Sillage.Hosting.Limits;

/// <summary>How many tokens were taken from one bucket here since it was told last.</summary>
/// <param name="Limit">The name of the limit.</param>
/// <param name="Key">Whose bucket it is.</param>
/// <param name="Tokens">How many; less than zero if more were given back.</param>
public sealed record TakenTokens(string Limit, byte[] Key, long Tokens);

/// <summary>
/// What the copies of a service tell each other of their limits, so that these count for all copies together: each copy takes from its own
/// buckets at once, and a moment later from those of the others. Who tells it is registered by what the copies share; without, nothing is kept.
/// </summary>
public sealed class LimitLedger
{
    private readonly ConcurrentDictionary<string, ISharedLimit> _limits = new(StringComparer.Ordinal);

    /// <summary>Whether there is somebody to tell; set once, at start.</summary>
    public bool IsTold { get; set; }

    /// <summary>
    /// Among how many copies the limits are shared out: 1 while these hear each other, and their number while they do not, so that each grants its
    /// share alone.
    /// </summary>
    public int SharedAmong { get; set; } = 1;

    /// <summary>What was taken since the last call.</summary>
    public IReadOnlyList<TakenTokens> Drain()
    {
        var taken = new List<TakenTokens>();
        foreach (var limit in _limits.Values)
        {
            limit.Drain(taken);
        }

        return taken;
    }

    /// <summary>Takes from the buckets here what another copy has taken from its own.</summary>
    public void Hear(TakenTokens taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        if (_limits.TryGetValue(taken.Limit, out var limit))
        {
            limit.Hear(taken.Key, taken.Tokens);
        }
    }

    internal void Add(string name, ISharedLimit limit) => _limits[name] = limit;
}

/// <summary>The buckets of one limit, as the ledger sees them.</summary>
internal interface ISharedLimit
{
    void Drain(List<TakenTokens> taken);

    void Hear(ReadOnlySpan<byte> key, long tokens);
}

/// <summary>How keys of buckets travel: accounts and addresses.</summary>
internal static class LimitKey
{
    private const int AddressLength = sizeof(ulong) + 1;
    private const int AccountLength = 16;

    public static byte[] Write<TKey>(TKey key)
    {
        switch (key)
        {
            case Guid account:
                return account.ToByteArray(bigEndian: true);
            case AddressKey address:
                var bytes = new byte[AddressLength];
                BinaryPrimitives.WriteUInt64BigEndian(bytes, address.Value);
                bytes[^1] = address.IsV6 ? (byte)1 : (byte)0;
                return bytes;
            default:
                throw new ArgumentException("Only buckets of accounts and of addresses are shared.", nameof(key));
        }
    }

    /// <summary>The key; null if these bytes are none of this kind.</summary>
    public static object? Read(ReadOnlySpan<byte> bytes) =>
        bytes.Length switch
        {
            AccountLength => new Guid(bytes, bigEndian: true),
            AddressLength => new AddressKey(BinaryPrimitives.ReadUInt64BigEndian(bytes), bytes[^1] == 1),
            _ => null,
        };
}
