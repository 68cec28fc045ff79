using System.Buffers.Binary;

namespace Sillage.Traces.Tally;

/// <summary>
/// The shortest delays between a trace's timestamp and its receipt: five, in different minutes of receipt, and which was the
/// second shortest of all. A delay is the time on the way less what the sender's clock is ahead, so the shortest is nearest to the
/// clock's error alone; three minutes that agree tell a clock that is wrong from traces that waited; and what one trace alone
/// says may be its own fault (docs/adr/0091-one-trace-moves-no-other.md). The same whatever the order in which delays are
/// added and sets are merged.
/// </summary>
internal sealed class ClockDelays
{
    private const int Kept = 5;
    private const int Agreeing = 3;
    private const long Minute = 60_000_000;

    // No clock is a year ahead, but a defect of a game may write the last day of the calendar into any number of traces.
    private const long Farthest = 365 * 24 * 60 * Minute;

    private readonly (long Delay, long Minute)[] _shortest = new (long, long)[Kept];
    private long? _second;
    private int _count;

    /// <summary>The shortest delay in microseconds; null if nothing is known.</summary>
    public long? Shortest => _count == 0 ? null : _shortest[0].Delay;

    /// <summary>The second shortest, the shortest that is not one trace's word alone; null if there are not two traces.</summary>
    public long? Second => _second;

    /// <summary>By how much the shortest delays of three different minutes differ, in microseconds; null if there are not three.</summary>
    public long? Spread => SpreadFrom(0);

    /// <summary>The shortest delay that three different minutes agree on; null if there is none among those that are kept.</summary>
    /// <param name="tolerance">What agrees within this many microseconds is the same.</param>
    public long? Agreed(long tolerance)
    {
        for (var i = 0; i + Agreeing <= _count; i++)
        {
            if (SpreadFrom(i) <= tolerance)
            {
                return _shortest[i].Delay;
            }
        }

        return null;
    }

    /// <summary>Takes the times of one trace, in microseconds since the Unix epoch.</summary>
    public void Add(long time, long receivedAt)
    {
        // Where a timestamp could not be read, the time of receipt stands in and says nothing of a clock.
        if (time != receivedAt && time - receivedAt < Farthest)
        {
            Rank(receivedAt - time);
            Take(receivedAt - time, Math.DivRem(receivedAt, Minute).Quotient);
        }
    }

    public void Merge(ClockDelays other)
    {
        if (other.Shortest is { } shortest)
        {
            Rank(shortest);
        }

        for (var i = 0; i < other._count; i++)
        {
            Take(other._shortest[i].Delay, other._shortest[i].Minute);
        }

        if (other._second is { } second)
        {
            // Not below the shortest by now.
            _second = Math.Min(_second ?? long.MaxValue, second);
        }
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[(_count * 16) + (_second is null ? 0 : 8)];
        for (var i = 0; i < _count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i * 16), _shortest[i].Delay);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan((i * 16) + 8), _shortest[i].Minute);
        }

        if (_second is { } second)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(_count * 16), second);
        }

        return bytes;
    }

    public static ClockDelays FromBytes(ReadOnlySpan<byte> bytes)
    {
        var delays = new ClockDelays();
        for (; bytes.Length >= 16; bytes = bytes[16..])
        {
            delays.Take(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[8..]));
        }

        if (bytes.Length == 8)
        {
            delays._second = BinaryPrimitives.ReadInt64BigEndian(bytes);
        }

        return delays;
    }

    private long? SpreadFrom(int place) =>
        place + Agreeing > _count ? null : _shortest[place + Agreeing - 1].Delay - _shortest[place].Delay;

    // Before the delay is among the shortest itself.
    private void Rank(long delay)
    {
        if (Shortest is { } shortest)
        {
            _second = Math.Min(_second ?? long.MaxValue, Math.Max(shortest, delay));
        }
    }

    private void Take(long delay, long minute)
    {
        if (_count == Kept && (delay, minute).CompareTo(_shortest[Kept - 1]) >= 0)
        {
            return;
        }

        var at = 0;
        while (at < _count && _shortest[at].Minute != minute)
        {
            at++;
        }

        if (at < _count)
        {
            delay = Math.Min(delay, _shortest[at].Delay);
        }
        else if (_count < Kept)
        {
            _count++;
        }
        else
        {
            at = Kept - 1;
        }

        // Up to its place among those that are shorter; of equals the earlier minute comes first.
        _shortest[at] = (delay, minute);
        for (; at > 0 && _shortest[at].CompareTo(_shortest[at - 1]) < 0; at--)
        {
            (_shortest[at], _shortest[at - 1]) = (_shortest[at - 1], _shortest[at]);
        }
    }
}
