using System.Runtime.InteropServices;

namespace Sillage.Traces.Tally;

/// <summary>How much is known of the clock that wrote a session's timestamps.</summary>
public enum ClockBasis
{
    /// <summary>Nothing: no trace has a readable timestamp, or all may have waited before they were sent.</summary>
    Unknown,

    /// <summary>Traces came before they had happened: the clock is ahead by at least this much.</summary>
    AtLeast,

    /// <summary>Three minutes of receipt agree within two seconds.</summary>
    Confirmed,

    /// <summary>This session alone does not tell; all sessions of the participant together do.</summary>
    Participant,
}

/// <summary>
/// What the delays between timestamps and receipt say of a sender's clock. The rules and their bounds of error are in
/// docs/adr/0071-clocks.md.
/// </summary>
/// <param name="Ahead">By how much the clock is ahead of the server's, in microseconds; negative: behind.</param>
/// <param name="Basis">How much is known.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SenderClock(long? Ahead, ClockBasis Basis)
{
    /// <summary>What agrees within this many microseconds is the same; an error smaller than this is none that could be told from the network's.</summary>
    public const long Tolerance = 2_000_000;

    /// <summary>What is to be added to a timestamp, in microseconds.</summary>
    public long Correction => Basis == ClockBasis.Unknown || Math.Abs(Ahead!.Value) < Tolerance ? 0 : -Ahead!.Value;

    /// <summary>The clock of one session.</summary>
    /// <param name="session">The session's delays.</param>
    /// <param name="participant">The delays of all sessions of its participant.</param>
    public static SenderClock Of(ClockDelays session, ClockDelays participant)
    {
        if (session.Shortest is not { } shortest)
        {
            return default;
        }

        if (session.Agreed(Tolerance) is { } agreed)
        {
            return new SenderClock(-agreed, ClockBasis.Confirmed);
        }

        // What one trace alone says is its own fault until another says so too.
        var said = session.Second ?? shortest;
        if (participant.Agreed(Tolerance) is { } usual && IsOf(usual))
        {
            return new SenderClock(-usual, ClockBasis.Participant);
        }

        return said < 0 ? new SenderClock(-said, ClockBasis.AtLeast) : new SenderClock(null, ClockBasis.Unknown);

        // The participant's delays bear on a session that is in line with them, that came in late as a whole and says nothing
        // itself, or of which a single trace is all that says otherwise. One that came in promptly by another clock speaks for itself.
        bool IsOf(long usual) =>
            Math.Abs(shortest - usual) <= Tolerance
            || Math.Abs(said - usual) <= Tolerance
            || said > Tolerance
            || (session.Second is null && shortest < usual);
    }
}
