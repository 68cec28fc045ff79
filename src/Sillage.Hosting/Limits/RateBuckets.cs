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
internal sealed class RateBuckets<TKey>
    where TKey : notnull
{
    /// <summary>How many keys are remembered at most; those beyond share one bucket, so that memory stays bounded.</summary>
    public const int MostKeys = 65_536;

    private readonly ConcurrentDictionary<TKey, Bucket> _buckets = new();
    private readonly Bucket _shared = new();
    private readonly TimeProvider _clock;
    private readonly double _ticksPerToken;
    private readonly double _capacity;
    private int _count;
    private long _nextSweep;

    public RateBuckets(string name, BucketOptions options, TimeProvider clock)
    {
        _clock = clock;
        _ticksPerToken = clock.TimestampFrequency / options.PerSecond;
        _capacity = options.Burst * _ticksPerToken;
        Name = name;
        var window = Math.Max(1, (long)Math.Ceiling(options.Burst / options.PerSecond));
        Policy = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={options.Burst};w={window}");
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
            var wanted = level + (Math.Max(1, tokens) * _ticksPerToken);
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
                return Result(true, wanted, 0);
            }
        }
    }

    /// <summary>Gives one back that was taken.</summary>
    public void GiveBack(TKey key) =>
        Interlocked.Add(ref Find(key, _clock.GetTimestamp()).FullAt, -(long)_ticksPerToken);

    /// <summary>Forgets a key that will not come again.</summary>
    public void Forget(TKey key)
    {
        if (_buckets.TryRemove(key, out _))
        {
            Interlocked.Decrement(ref _count);
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
    }
}
