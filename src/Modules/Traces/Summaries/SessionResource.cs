using Sillage.Api.Replies;
using Sillage.Schema;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Summaries;

/// <summary>A session of a participant: the traces that have its name.</summary>
/// <param name="Participant">The pseudonym.</param>
/// <param name="Number">The number, with <c>identities=true</c>.</param>
/// <param name="Username">The user name, with <c>identities=true</c>.</param>
/// <param name="Session">Its name, as the client gave it.</param>
/// <param name="Start">The earliest timestamp in it, by the sender's clock.</param>
/// <param name="End">The latest timestamp in it, by the sender's clock.</param>
/// <param name="Seconds">Its length: from the earliest timestamp to the latest.</param>
/// <param name="Traces">How many traces it has.</param>
/// <param name="Sequence">Its sequence numbers; absent if it has none.</param>
/// <param name="Clock">What is known of the sender's clock.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record SessionResource(
    string Participant,
    long? Number,
    string? Username,
    string Session,
    DateTimeOffset Start,
    DateTimeOffset End,
    double Seconds,
    long Traces,
    SessionSequence? Sequence,
    SessionClock Clock,
    Links Links
)
{
    internal static SessionResource Of(SessionRow row, SenderClock clock, string study)
    {
        var query = $"participant={row.Pseudonym}&session={Uri.EscapeDataString(row.Session)}";
        return new SessionResource(
            row.Pseudonym,
            null,
            null,
            row.Session,
            Rfc3339.ToTime(row.First),
            Rfc3339.ToTime(row.Last),
            (row.Last - row.First) / 1e6,
            row.Count,
            row.Sequenced == 0 ? null : new SessionSequence(row.Lowest, row.Highest, row.Missing, row.Surplus),
            new SessionClock(clock.Ahead / 1e6, clock.Basis, clock.Correction / 1e6),
            new Links { ["traces"] = $"{StudyResource.AddressOf(study)}/traces?{query}" }
        );
    }
}

/// <summary>A session's sequence numbers.</summary>
/// <param name="Lowest">The lowest.</param>
/// <param name="Highest">The highest.</param>
/// <param name="Missing">How many are missing in between; absent if there are too many gaps to keep.</param>
/// <param name="Repeated">How many traces have a number that another one had before; absent likewise.</param>
public sealed record SessionSequence(long Lowest, long Highest, long? Missing, long? Repeated);

/// <summary>What is known of the clock that wrote a session's timestamps.</summary>
/// <param name="Ahead">By how many seconds it is ahead of the server's; negative: behind. Absent if nothing is known.</param>
/// <param name="Basis">How much is known.</param>
/// <param name="Correction">What is to be added to the timestamps, in seconds: 0 where nothing is known or the clock is right.</param>
public sealed record SessionClock(double? Ahead, ClockBasis Basis, double Correction);

/// <summary>A session as it is stored.</summary>
internal sealed record SessionRow(
    long Participant,
    string Pseudonym,
    string Session,
    long Count,
    long First,
    long Last,
    long Sequenced,
    long Lowest,
    long Highest,
    long? Missing,
    long? Surplus,
    byte[] Clock
);
