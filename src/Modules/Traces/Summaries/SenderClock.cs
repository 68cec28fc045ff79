using System.Runtime.InteropServices;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Summaries;

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

        if (session.Spread <= Tolerance)
        {
            return new SenderClock(-shortest, ClockBasis.Confirmed);
        }

        // The participant's delays bear on a session that is in line with them, or that came in late as a whole and says
        // nothing itself. One that came in promptly by another clock speaks for itself.
        if (
            participant.Spread <= Tolerance
            && participant.Shortest is { } usual
            && (shortest - usual <= Tolerance || shortest > Tolerance)
        )
        {
            return new SenderClock(-usual, ClockBasis.Participant);
        }

        return shortest < 0
            ? new SenderClock(-shortest, ClockBasis.AtLeast)
            : new SenderClock(null, ClockBasis.Unknown);
    }
}
