using System.Collections.Concurrent;
using System.Globalization;

namespace Sillage.Hosting.Limits;

/// <summary>What came of taking from a bucket.</summary>
/// <param name="IsTaken">Whether there was enough.</param>
/// <param name="Remaining">How many are left.</param>
/// <param name="Reset">The time until the bucket is full again.</param>
/// <param name="RetryAfter">The time until one is there again.</param>
internal readonly record struct RateResult(bool IsTaken, long Remaining, TimeSpan Reset, TimeSpan RetryAfter);

/// <summary>
/// A token bucket for each key, as the generic cell rate algorithm: one number per key, the time at which the bucket will
/// be full, changed by compare-and-swap. No timers and no locks; a key that has filled up again is forgotten.
/// </summary>
internal sealed class RateBuckets<TKey> : ISharedLimit
    where TKey : notnull
{
    /// <summary>How many keys are remembered at most; those beyond share one bucket, so that memory stays bounded.</summary>
    public const int MostKeys = 65_536;

    private readonly ConcurrentDictionary<TKey, Bucket> _buckets = new();
    private readonly Bucket _shared = new();
    private readonly ConcurrentQueue<(TKey Key, Bucket Bucket)> _untold = new();
    private readonly LimitLedger? _ledger;
    private readonly TimeProvider _clock;
    private readonly double _ticksPerToken;
    private readonly double _capacity;
    private int _count;
    private long _nextSweep;

    public RateBuckets(string name, BucketOptions options, TimeProvider clock)
        : this(name, options, clock, null) { }

    private RateBuckets(string name, BucketOptions options, TimeProvider clock, LimitLedger? ledger)
    {
        _clock = clock;
        _ledger = ledger;
        _ticksPerToken = clock.TimestampFrequency / options.PerSecond;
        _capacity = options.Burst * _ticksPerToken;
        Name = name;
        var window = Math.Max(1, (long)Math.Ceiling(options.Burst / options.PerSecond));
        Policy = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={options.Burst};w={window}");
    }

    /// <summary>Buckets of accounts or addresses that count for all copies of a service.</summary>
    public static RateBuckets<TKey> Shared(string name, BucketOptions options, TimeProvider clock, LimitLedger ledger)
    {
        var buckets = new RateBuckets<TKey>(name, options, clock, ledger);
        ledger.Add(name, buckets);
        return buckets;
    }

    /// <summary>The bucket's name in the headers.</summary>
    public string Name { get; }

    /// <summary>The item of <c>RateLimit-Policy</c>.</summary>
    public string Policy { get; }

    /// <summary>How many keys are remembered now.</summary>
    public int Count => _count;

    /// <summary>Takes <paramref name="tokens"/> if there are as many; with 0 it looks whether there is one at all.</summary>
    public RateResult Take(TKey key, int tokens = 1)
    {
        var now = _clock.GetTimestamp();
        var bucket = Find(key, now);
        while (true)
        {
            var full = Volatile.Read(ref bucket.FullAt);
            var level = Math.Max(0, full - now);
            var wanted = level + (Math.Max(1, tokens) * TicksPerToken);
            if (wanted > _capacity + 1)
            {
                return Result(false, level, wanted - _capacity);
            }

            if (tokens == 0)
            {
                return Result(true, level, 0);
            }

            if (Interlocked.CompareExchange(ref bucket.FullAt, now + (long)wanted, full) == full)
            {
                Note(key, bucket, tokens);
                return Result(true, wanted, 0);
            }
        }
    }

    /// <summary>Gives one back that was taken.</summary>
    public void GiveBack(TKey key)
    {
        var bucket = Find(key, _clock.GetTimestamp());
        Interlocked.Add(ref bucket.FullAt, -(long)TicksPerToken);
        Note(key, bucket, -1);
    }

    void ISharedLimit.Hear(ReadOnlySpan<byte> key, long tokens)
    {
        if (LimitKey.Read(key) is TKey known)
        {
            TakeElsewhere(known, tokens);
        }
    }

    void ISharedLimit.Drain(List<TakenTokens> taken)
    {
        // Not more than there are now: others go on taking.
        for (var i = _untold.Count; i > 0 && _untold.TryDequeue(out var untold); i--)
        {
            if (Interlocked.Exchange(ref untold.Bucket.Untold, 0) is not 0 and var tokens)
            {
                taken.Add(new TakenTokens(Name, LimitKey.Write(untold.Key), tokens));
            }
        }
    }

    /// <summary>Forgets a key that will not come again.</summary>
    public void Forget(TKey key)
    {
        if (_buckets.TryRemove(key, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    // What was taken from the same bucket of another copy, be there as much here or not: then more has to come first.
    private void TakeElsewhere(TKey key, long tokens)
    {
        var now = _clock.GetTimestamp();
        var bucket = Find(key, now);
        while (true)
        {
            var full = Volatile.Read(ref bucket.FullAt);
            var level = Math.Clamp(full - now + (tokens * _ticksPerToken), 0, 2 * _capacity);
            if (Interlocked.CompareExchange(ref bucket.FullAt, now + (long)level, full) == full)
            {
                return;
            }
        }
    }

    // Where the copies do not hear each other each grants its share: a token costs so much more, and never more than a full bucket has.
    private double TicksPerToken =>
        _ledger is { SharedAmong: > 1 and var copies } ? Math.Min(_capacity, copies * _ticksPerToken) : _ticksPerToken;

    private void Note(TKey key, Bucket bucket, int tokens)
    {
        if (_ledger is { IsTold: true } && !ReferenceEquals(bucket, _shared))
        {
            if (Interlocked.Add(ref bucket.Untold, tokens) == tokens)
            {
                _untold.Enqueue((key, bucket));
            }
        }
    }

    private RateResult Result(bool isTaken, double level, double wait) =>
        new(
            isTaken,
            Math.Max(0, (long)((_capacity - level) / _ticksPerToken + 1e-6)),
            TimeSpan.FromSeconds(level / _clock.TimestampFrequency),
            TimeSpan.FromSeconds(wait / _clock.TimestampFrequency)
        );

    private Bucket Find(TKey key, long now)
    {
        if (_buckets.TryGetValue(key, out var bucket))
        {
            return bucket;
        }

        if (_count >= MostKeys)
        {
            Sweep(now);
            if (_count >= MostKeys)
            {
                return _shared;
            }
        }

        var fresh = new Bucket();
        bucket = _buckets.GetOrAdd(key, fresh);
        if (ReferenceEquals(bucket, fresh))
        {
            Interlocked.Increment(ref _count);
        }

        return bucket;
    }

    // A full bucket is as good as none. At most once a second, by whoever comes first.
    private void Sweep(long now)
    {
        var due = Volatile.Read(ref _nextSweep);
        if (
            (due != 0 && now < due)
            || Interlocked.CompareExchange(ref _nextSweep, now + _clock.TimestampFrequency, due) != due
        )
        {
            return;
        }

        foreach (var (key, bucket) in _buckets)
        {
            if (Volatile.Read(ref bucket.FullAt) <= now && _buckets.TryRemove(key, out _))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private sealed class Bucket
    {
        public long FullAt;
        public long Untold;
    }
}
