using System.Runtime.InteropServices;

namespace Sillage.Traces.Tally;

/// <summary>Whole numbers from one on and up to another, both included.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NumberRange(long From, long To)
{
    /// <summary>How many; 2^63 - 1 if there are more.</summary>
    public long Count => To - (Int128)From >= long.MaxValue ? long.MaxValue : To - From + 1;
}

/// <summary>
/// A set of whole numbers as ranges: a session that lost nothing is a single one, however long. A set that falls into too
/// many pieces is given up, so that no client can make one grow with every trace.
/// </summary>
internal sealed class RangeSet
{
    /// <summary>With more ranges a set is given up.</summary>
    public const int MaximumRanges = 4096;

    private readonly List<NumberRange> _ranges = [];

    /// <summary>Whether the set was given up: what is in it is no longer known.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>In order, with at least one number missing between two of them.</summary>
    public IReadOnlyList<NumberRange> Ranges => _ranges;

    /// <summary>How many numbers are in the set; 2^63 - 1 if there are more.</summary>
    public long Count
    {
        get
        {
            Int128 count = 0;
            foreach (var range in _ranges)
            {
                count += (Int128)range.To - range.From + 1;
            }

            return (long)Int128.Min(count, long.MaxValue);
        }
    }

    /// <summary>Puts a number in.</summary>
    /// <returns>False if it was there.</returns>
    public bool Add(long number)
    {
        // Mostly the numbers come in order.
        if (_ranges.Count > 0 && _ranges[^1] is var last && number > last.To)
        {
            if (number == last.To + 1)
            {
                _ranges[^1] = last with { To = number };
            }
            else
            {
                Insert(_ranges.Count, new NumberRange(number, number));
            }

            return true;
        }

        var at = FirstEndingAt(number);
        if (at < _ranges.Count && _ranges[at].From <= number)
        {
            return false;
        }

        var touchesBefore = at > 0 && _ranges[at - 1].To + 1 == number;
        var touchesAfter = at < _ranges.Count && _ranges[at].From - 1 == number;
        switch (touchesBefore, touchesAfter)
        {
            case (true, true):
                _ranges[at - 1] = _ranges[at - 1] with { To = _ranges[at].To };
                _ranges.RemoveAt(at);
                break;
            case (true, false):
                _ranges[at - 1] = _ranges[at - 1] with { To = number };
                break;
            case (false, true):
                _ranges[at] = _ranges[at] with { From = number };
                break;
            default:
                Insert(at, new NumberRange(number, number));
                break;
        }

        return true;
    }

    /// <summary>All numbers that are in one of the two.</summary>
    public static RangeSet Union(RangeSet a, RangeSet b)
    {
        var union = new RangeSet { IsGivenUp = a.IsGivenUp || b.IsGivenUp };
        var (i, j) = (0, 0);
        while (!union.IsGivenUp && (i < a._ranges.Count || j < b._ranges.Count))
        {
            var takesA = j == b._ranges.Count || (i < a._ranges.Count && a._ranges[i].From <= b._ranges[j].From);
            union.Append(takesA ? a._ranges[i++] : b._ranges[j++]);
        }

        return union;
    }

    /// <summary>The numbers that are in both.</summary>
    public static RangeSet Intersection(RangeSet a, RangeSet b)
    {
        var both = new RangeSet { IsGivenUp = a.IsGivenUp || b.IsGivenUp };
        var (i, j) = (0, 0);
        while (!both.IsGivenUp && i < a._ranges.Count && j < b._ranges.Count)
        {
            var from = Math.Max(a._ranges[i].From, b._ranges[j].From);
            var to = Math.Min(a._ranges[i].To, b._ranges[j].To);
            if (from <= to)
            {
                both.Append(new NumberRange(from, to));
            }

            _ = a._ranges[i].To < b._ranges[j].To ? i++ : j++;
        }

        return both;
    }

    /// <summary>The numbers that are missing between the first and the last.</summary>
    public IEnumerable<NumberRange> Gaps()
    {
        for (var i = 1; i < _ranges.Count; i++)
        {
            yield return new NumberRange(_ranges[i - 1].To + 1, _ranges[i].From - 1);
        }
    }

    /// <summary>The set in a few bytes; null if it was given up.</summary>
    public byte[]? ToBytes()
    {
        if (IsGivenUp)
        {
            return null;
        }

        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        var last = 0L;
        foreach (var (from, to) in _ranges)
        {
            writer.Write7BitEncodedInt64(unchecked(from - last));
            writer.Write7BitEncodedInt64(unchecked(to - from));
            last = to;
        }

        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static RangeSet FromBytes(byte[]? bytes)
    {
        var set = new RangeSet { IsGivenUp = bytes is null };
        using var stream = new MemoryStream(bytes ?? []);
        using var reader = new BinaryReader(stream);
        var last = 0L;
        while (stream.Position < stream.Length)
        {
            var from = unchecked(last + reader.Read7BitEncodedInt64());
            last = unchecked(from + reader.Read7BitEncodedInt64());
            set._ranges.Add(new NumberRange(from, last));
        }

        return set;
    }

    /// <summary>Puts in a range that begins no earlier than those there are.</summary>
    private void Append(NumberRange range)
    {
        if (_ranges.Count > 0 && (Int128)_ranges[^1].To + 1 >= range.From)
        {
            _ranges[^1] = _ranges[^1] with { To = Math.Max(_ranges[^1].To, range.To) };
        }
        else
        {
            Insert(_ranges.Count, range);
        }
    }

    private void Insert(int at, NumberRange range)
    {
        if (_ranges.Count == MaximumRanges)
        {
            IsGivenUp = true;
        }

        if (IsGivenUp)
        {
            _ranges.Clear();
        }
        else
        {
            _ranges.Insert(at, range);
        }
    }

    // The place of the first range that ends at the number or after it.
    private int FirstEndingAt(long number)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].To < number ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
