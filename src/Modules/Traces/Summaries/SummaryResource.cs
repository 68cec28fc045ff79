using System.Text.Json;
using Sillage.Api.Replies;
using Sillage.Schema;

namespace Sillage.Traces.Summaries;

/// <summary>A study's traces, added up.</summary>
/// <param name="Traces">How many there are.</param>
/// <param name="Participants">How many participants have traces.</param>
/// <param name="Sessions">How many sessions there are.</param>
/// <param name="First">The earliest timestamp, by the senders' clocks; absent if there are no traces.</param>
/// <param name="Last">The latest timestamp.</param>
/// <param name="AsOf">When the last trace that is counted was received.</param>
/// <param name="Complete">Whether everything is counted that was stored when the request came.</param>
/// <param name="TimeZone">The time zone of the days.</param>
/// <param name="Rates">How much comes in, on average.</param>
/// <param name="Days">By day, those that have traces, in order; of more than 10 000 those with the most traces.</param>
/// <param name="MoreDays">Whether there are further days.</param>
/// <param name="Week">By weekday and hour in the time zone, those that have traces, in order.</param>
/// <param name="Names">By name, the most frequent first, 1000 at most.</param>
/// <param name="MoreNames">Whether there are further names.</param>
/// <param name="ByParticipant">By participant, those with the most traces first, 1000 at most.</param>
/// <param name="MoreParticipants">Whether there are further participants.</param>
/// <param name="Fields">By the value of each declared field that has values to be counted.</param>
/// <param name="Sequences">What the sequence numbers say of traces that never came.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record SummaryResource(
    long Traces,
    long Participants,
    long Sessions,
    DateTimeOffset? First,
    DateTimeOffset? Last,
    DateTimeOffset? AsOf,
    bool Complete,
    string TimeZone,
    TraceRates Rates,
    IReadOnlyList<DaySummary> Days,
    bool MoreDays,
    IReadOnlyList<WeekHourSummary> Week,
    IReadOnlyList<NameSummary> Names,
    bool MoreNames,
    IReadOnlyList<ParticipantSummary> ByParticipant,
    bool MoreParticipants,
    IReadOnlyList<FieldSummary> Fields,
    SequenceSummary Sequences,
    Links Links
);

/// <summary>Averages; absent where there is nothing to divide by.</summary>
/// <param name="PerDay">Traces for each day that has any.</param>
/// <param name="PerParticipant">Traces for each participant who has any.</param>
/// <param name="PerSession">Traces for each session, of those in sessions.</param>
/// <param name="PerMinute">Traces for each minute of a session, of those in sessions.</param>
/// <param name="SessionSeconds">The length of a session in seconds.</param>
public sealed record TraceRates(
    double? PerDay,
    double? PerParticipant,
    double? PerSession,
    double? PerMinute,
    double? SessionSeconds
);

/// <summary>One day.</summary>
/// <param name="Day">The day, <c>YYYY-MM-DD</c>.</param>
/// <param name="Traces">How many traces have a timestamp on it.</param>
/// <param name="Participants">Of how many participants.</param>
public sealed record DaySummary(DateOnly Day, long Traces, long Participants);

/// <summary>One hour of the week, of all weeks together.</summary>
/// <param name="Weekday">The day, from 1 (Monday) to 7 (Sunday).</param>
/// <param name="Hour">The hour, from 0 to 23.</param>
/// <param name="Traces">How many traces have a timestamp in it.</param>
/// <param name="Participants">Of how many participants.</param>
public sealed record WeekHourSummary(int Weekday, int Hour, long Traces, long Participants);

/// <summary>What happened under one name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Traces">How many traces have it.</param>
/// <param name="Participants">Of how many participants.</param>
/// <param name="First">The earliest timestamp.</param>
/// <param name="Last">The latest timestamp.</param>
public sealed record NameSummary(
    string Name,
    long Traces,
    long Participants,
    DateTimeOffset First,
    DateTimeOffset Last
);

/// <summary>One participant.</summary>
/// <param name="Participant">The pseudonym.</param>
/// <param name="Number">The number, with <c>identities=true</c>.</param>
/// <param name="Username">The user name, with <c>identities=true</c>.</param>
/// <param name="Traces">How many traces.</param>
/// <param name="Sessions">In how many sessions.</param>
/// <param name="First">The earliest timestamp.</param>
/// <param name="Last">The latest timestamp.</param>
public sealed record ParticipantSummary(
    string Participant,
    long? Number,
    string? Username,
    long Traces,
    long Sessions,
    DateTimeOffset First,
    DateTimeOffset Last
);

/// <summary>One declared field.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Traces">How many traces have a value of that type.</param>
/// <param name="TooMany">Whether the field has too many values, or too long ones, to be told apart.</param>
/// <param name="Values">Each value with the number of its traces, the most frequent first; empty if there are too many.</param>
public sealed record FieldSummary(
    string Name,
    FieldType Type,
    long Traces,
    bool TooMany,
    IReadOnlyList<ValueSummary> Values
);

/// <summary>One value of a field.</summary>
/// <param name="Value">The value.</param>
/// <param name="Traces">How many traces have it.</param>
public sealed record ValueSummary(JsonElement Value, long Traces);

/// <summary>What the sequence numbers say of traces that never came.</summary>
/// <param name="Sessions">How many sessions have gaps or numbers that came more than once; see the list of gaps.</param>
/// <param name="Missing">How many numbers are missing between the lowest and the highest of their sessions.</param>
/// <param name="Repeated">How many traces have a number that another one of the session had before.</param>
public sealed record SequenceSummary(long Sessions, long Missing, long Repeated);
