using System.Text.Json;
using Sillage.Api.Replies;
using Sillage.Schema;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Summaries;

/// <summary>Examples of the API's description that go with those in <see cref="Examples"/>.</summary>
internal static class TallyExamples
{
    private const string Study = "/api/v1/studies/java-quest";
    private const string Participant = "p3k9x2m7q8w1z";

    private static readonly DateTimeOffset First = new(2026, 11, 20, 9, 30, 0, 250, TimeSpan.Zero);
    private static readonly DateTimeOffset Last = First.AddMinutes(40);

    public static readonly SummaryResource Summary = new(
        412,
        1,
        1,
        First,
        Last,
        Last.AddSeconds(1),
        Complete: true,
        "Europe/Paris",
        new TraceRates(412, 412, 412, 10.3, 2400),
        [new DaySummary(new DateOnly(2026, 11, 20), 412, 1)],
        MoreDays: false,
        [new WeekHourSummary(5, 10, 412, 1)],
        [new NameSummary("answered", 412, 1, First, Last)],
        MoreNames: false,
        [new ParticipantSummary(Participant, null, null, 412, 1, First, Last)],
        MoreParticipants: false,
        [
            new FieldSummary(
                "correct",
                FieldType.Boolean,
                400,
                TooMany: false,
                [new ValueSummary(Value(true), 310), new ValueSummary(Value(false), 90)]
            ),
            new FieldSummary("answer", FieldType.String, 400, TooMany: true, []),
        ],
        new SequenceSummary(1, 3, 0),
        new Links(Study + "/summary") { ["sessions"] = Study + "/sessions", ["gaps"] = Study + "/gaps" }
    );

    public static readonly SessionResource Session = new(
        Participant,
        null,
        null,
        "s-1",
        First,
        Last,
        2400,
        412,
        new SessionSequence(1, 415, 3, 0),
        new SessionClock(3600.2, ClockBasis.Confirmed, -3600.2),
        new Links { ["traces"] = $"{Study}/traces?participant={Participant}&session=s-1" }
    );

    public static readonly SessionGaps Gaps = new(
        Participant,
        null,
        null,
        "s-1",
        1,
        415,
        412,
        3,
        [new SequenceRange(17, 18, 2), new SequenceRange(203, 203, 1)],
        0,
        [],
        TooMany: false,
        new Links { ["traces"] = $"{Study}/traces?participant={Participant}&session=s-1" }
    );

    private static JsonElement Value(bool value) => JsonSerializer.SerializeToElement(value);
}
