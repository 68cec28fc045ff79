using System.Numerics;

namespace Sillage.Benchmarks.Load;

/// <summary>Latencies in microseconds, counted in buckets that are at most 1/64 of their value wide.</summary>
internal sealed class Histogram
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;
    private readonly long[] _counts = new long[40 * Sub];

    public long Count { get; private set; }

    public long Max { get; private set; }

    public void Record(TimeSpan latency)
    {
        var microseconds = Math.Max(0, latency.Ticks / TimeSpan.TicksPerMicrosecond);
        _counts[Math.Min(Bucket(microseconds), _counts.Length - 1)]++;
        Count++;
        Max = Math.Max(Max, microseconds);
    }

    public void Add(Histogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The latency in microseconds that the given share (0 to 1) stays at or below.</summary>
    public double Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank && seen > 0)
            {
                return Math.Min(UpperEdge(i), Max);
            }
        }

        return 0;
    }

    private static int Bucket(long value)
    {
        if (value < Sub)
        {
            return (int)value;
        }

        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) - Sub);
    }

    private static long UpperEdge(int bucket)
    {
        if (bucket < Sub)
        {
            return bucket;
        }

        var shift = (bucket >> SubBits) - 1;
        return (((long)(bucket & (Sub - 1)) + Sub + 1) << shift) - 1;
    }
}
