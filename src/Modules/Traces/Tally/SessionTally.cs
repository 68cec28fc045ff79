namespace Sillage.Traces.Tally;

/// <summary>What is known of one participant's session. Times in microseconds since the Unix epoch, by the sender's clock.</summary>
internal sealed class SessionTally
{
    /// <summary>A count of missing numbers stops here: whoever counts in jumps like these does not count traces.</summary>
    public const long MaximumMissing = 1_000_000_000_000;

    public long Count { get; private set; }

    public long First { get; private set; } = long.MaxValue;

    public long Last { get; private set; } = long.MinValue;

    /// <summary>How many traces have a sequence number.</summary>
    public long Sequenced { get; private set; }

    /// <summary>The lowest sequence number; means nothing if there is none.</summary>
    public long Lowest { get; private set; } = long.MaxValue;

    /// <summary>The highest sequence number; means nothing if there is none.</summary>
    public long Highest { get; private set; } = long.MinValue;

    /// <summary>The sequence numbers that came.</summary>
    public RangeSet Seen { get; private set; } = new();

    /// <summary>The sequence numbers that came more than once.</summary>
    public RangeSet Repeated { get; private set; } = new();

    public ClockDelays Clock { get; private init; } = new();

    /// <summary>How many numbers are missing between the lowest and the highest; null if there are too many gaps to keep.</summary>
    public long? Missing
    {
        get
        {
            if (Seen.IsGivenUp)
            {
                return null;
            }

            Int128 missing = 0;
            foreach (var gap in Seen.Gaps())
            {
                missing += gap.Count;
            }

            return (long)Int128.Min(missing, MaximumMissing);
        }
    }

    /// <summary>How many traces have a number that another has too, not counting one for each number; null if not known.</summary>
    public long? Surplus => Seen.IsGivenUp ? null : Sequenced - Seen.Count;

    /// <summary>Whether a number is missing or came more than once, or that is not known.</summary>
    public bool IsIrregular => Seen.IsGivenUp || Seen.Ranges.Count > 1 || Surplus > 0;

    /// <summary>Reads what was stored.</summary>
    public static SessionTally Of(
        long count,
        long first,
        long last,
        long sequenced,
        long lowest,
        long highest,
        byte[]? seen,
        byte[]? repeated,
        ReadOnlySpan<byte> clock
    ) =>
        new()
        {
            Count = count,
            First = first,
            Last = last,
            Sequenced = sequenced,
            Lowest = lowest,
            Highest = highest,
            Seen = RangeSet.FromBytes(seen),
            Repeated = RangeSet.FromBytes(repeated),
            Clock = ClockDelays.FromBytes(clock),
        };

    /// <summary>Adds one trace.</summary>
    /// <param name="time">When it happened, by the sender's clock.</param>
    /// <param name="receivedAt">When it came; null where that says nothing of this clock.</param>
    /// <param name="sequence">Its number among the sender's.</param>
    public void Add(long time, long? receivedAt, long? sequence)
    {
        Count++;
        First = Math.Min(First, time);
        Last = Math.Max(Last, time);
        if (receivedAt is { } received)
        {
            Clock.Add(time, received);
        }

        if (sequence is { } number)
        {
            Sequenced++;
            Lowest = Math.Min(Lowest, number);
            Highest = Math.Max(Highest, number);
            if (!Seen.Add(number))
            {
                Repeated.Add(number);
            }
        }
    }

    /// <summary>Adds other traces of the same session.</summary>
    public void Add(SessionTally others)
    {
        Count += others.Count;
        First = Math.Min(First, others.First);
        Last = Math.Max(Last, others.Last);
        Sequenced += others.Sequenced;
        Lowest = Math.Min(Lowest, others.Lowest);
        Highest = Math.Max(Highest, others.Highest);
        Repeated = RangeSet.Union(RangeSet.Union(Repeated, others.Repeated), RangeSet.Intersection(Seen, others.Seen));
        Seen = RangeSet.Union(Seen, others.Seen);
        Clock.Merge(others.Clock);
    }
}
