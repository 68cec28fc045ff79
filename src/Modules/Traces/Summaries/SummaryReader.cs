using System.Text.Json;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Summaries;

/// <summary>Puts a summary together from the tallies. What it costs goes by participants, hours and values, not by traces.</summary>
internal static class SummaryReader
{
    private const int Longest = 1000;

    // Twenty-seven years: there are more only if clocks are wrong, and then the true days are those with the most traces.
    private const int MostDays = 10_000;

    private const string Hours = "SELECT participant, hour, count, first, last FROM tally_hour WHERE study = @Study";

    private const string Names = """
        SELECT name, CAST(sum(count) AS bigint) AS count, count(*) AS participants, min(first) AS first, max(last) AS last
        FROM tally_name WHERE study = @Study GROUP BY name ORDER BY 2 DESC, 1 LIMIT @Limit
        """;

    private const string Values = """
        SELECT field, value, CAST(sum(count) AS bigint) AS count
        FROM tally_value WHERE study = @Study GROUP BY field, value
        """;

    private const string Sessions = """
        SELECT participant, count(*) AS sessions, CAST(sum(count) AS bigint) AS traces,
          sum(CAST(last - first AS double precision)) AS length
        FROM tally_session WHERE study = @Study AND session <> '' GROUP BY participant
        """;

    private const string Sequences = """
        SELECT count(*) AS sessions, CAST(coalesce(sum(missing), 0) AS bigint) AS missing,
          CAST(coalesce(sum(surplus), 0) AS bigint) AS repeated
        FROM tally_session WHERE study = @Study AND irregular
        """;

    // Npgsql takes a list as an array; for SQLite Dapper spells it out.
    private static readonly Sql Pseudonyms = new(
        "SELECT number, pseudonym FROM participant WHERE study = @Study AND number IN @Numbers",
        "SELECT number, pseudonym FROM participant WHERE study = @Study AND number = ANY(@Numbers)"
    );

    private sealed record HourRow(long Participant, long Hour, long Count, long First, long Last);

    private sealed record NameRow(string Name, long Count, long Participants, long First, long Last);

    private sealed record ValueRow(string Field, string Value, long Count);

    private sealed record SessionRow(long Participant, long Sessions, long Traces, double Length);

    private sealed record SequenceRow(long Sessions, long Missing, long Repeated);

    /// <summary>The summary, and the numbers of the participants that it lists.</summary>
    public static async Task<(SummaryResource Summary, IReadOnlyList<long> Numbers)> ReadAsync(
        IReader reader,
        Study study,
        DayZone zone,
        TallyState state,
        bool isComplete,
        bool inClear,
        CancellationToken ct
    )
    {
        var key = new { Study = study.Key };
        var hours = await reader.QueryAsync<HourRow>(Hours, key, ct);
        var names = await reader.QueryAsync<NameRow>(Names, new { Study = study.Key, Limit = Longest + 1L }, ct);
        var values = await reader.QueryAsync<ValueRow>(Values, key, ct);
        var sessions = (await reader.QueryAsync<SessionRow>(Sessions, key, ct)).ToDictionary(s => s.Participant);
        var sequences = await reader.FirstOrDefaultAsync<SequenceRow>(Sequences, key, ct);

        var participants = Participants(hours);
        long[] listed = [.. participants.Take(Longest).Select(p => p.Participant)];
        var pseudonyms =
            listed.Length == 0
                ? []
                : (
                    await reader.QueryAsync<StudyStore.ParticipantRow>(
                        Pseudonyms,
                        new { Study = study.Key, Numbers = listed },
                        ct
                    )
                ).ToDictionary(p => p.Number, p => p.Pseudonym);
        var byNumber = participants.ToDictionary(p => p.Participant);
        // Equals in what is shown stand by pseudonym: in the order of storage they would stand by number, and who is whose user name's number.
        long[] numbers =
        [
            .. listed
                .Where(pseudonyms.ContainsKey)
                .OrderByDescending(n => byNumber[n].Count)
                .ThenBy(n => byNumber[n].First)
                .ThenBy(n => byNumber[n].Last)
                .ThenBy(n => pseudonyms[n], StringComparer.Ordinal),
        ];
        var days = Days(hours, zone);
        var traces = hours.Sum(h => h.Count);
        var address = StudyResource.AddressOf(study.Slug);
        var summary = new SummaryResource(
            traces,
            participants.Count,
            sessions.Values.Sum(s => s.Sessions),
            Time(hours.Count == 0 ? null : hours.Min(h => h.First)),
            Time(hours.Count == 0 ? null : hours.Max(h => h.Last)),
            Time(state.AsOf),
            isComplete,
            zone.Name,
            Rates(traces, days.Count, participants.Count, [.. sessions.Values]),
            days.Count <= MostDays
                ? days
                : [.. days.OrderByDescending(d => d.Traces).Take(MostDays).OrderBy(d => d.Day)],
            days.Count > MostDays,
            Week(hours, zone),
            [
                .. names
                    .Take(Longest)
                    .Select(n => new NameSummary(n.Name, n.Count, n.Participants, At(n.First), At(n.Last))),
            ],
            names.Count > Longest,
            [
                .. numbers
                    .Select(n => byNumber[n])
                    .Select(p => new ParticipantSummary(
                        pseudonyms[p.Participant],
                        null,
                        null,
                        p.Count,
                        sessions.GetValueOrDefault(p.Participant)?.Sessions ?? 0,
                        At(p.First),
                        At(p.Last)
                    )),
            ],
            participants.Count > Longest,
            Fields(study, values, inClear),
            new SequenceSummary(sequences!.Sessions, sequences.Missing, sequences.Repeated),
            new Api.Replies.Links(address + "/summary")
            {
                ["sessions"] = address + "/sessions",
                ["gaps"] = address + "/gaps",
                ["traces"] = address + "/traces",
            }
        );
        return (summary, numbers);
    }

    /// <summary>Those with the most traces first.</summary>
    private static List<HourRow> Participants(IReadOnlyList<HourRow> hours) =>
        [
            .. hours
                .GroupBy(h => h.Participant)
                .Select(g => new HourRow(g.Key, 0, g.Sum(h => h.Count), g.Min(h => h.First), g.Max(h => h.Last)))
                .OrderByDescending(p => p.Count)
                .ThenBy(p => p.First)
                .ThenBy(p => p.Last),
        ];

    private static List<DaySummary> Days(IReadOnlyList<HourRow> hours, DayZone zone)
    {
        var days = new SortedDictionary<DateOnly, (long Traces, HashSet<long> Participants)>();
        foreach (var hour in hours)
        {
            var day = zone.DayOf(hour.Hour);
            var (traces, participants) = days.TryGetValue(day, out var found) ? found : (0, []);
            participants.Add(hour.Participant);
            days[day] = (traces + hour.Count, participants);
        }

        return [.. days.Select(d => new DaySummary(d.Key, d.Value.Traces, d.Value.Participants.Count))];
    }

    private static List<WeekHourSummary> Week(IReadOnlyList<HourRow> hours, DayZone zone) =>
        [
            .. hours
                .GroupBy(h =>
                    zone.LocalOf(h.Hour) is var local ? (Day: ((int)local.DayOfWeek + 6) % 7, local.Hour) : default
                )
                .OrderBy(g => g.Key)
                .Select(g => new WeekHourSummary(
                    g.Key.Day + 1,
                    g.Key.Hour,
                    g.Sum(h => h.Count),
                    g.Select(h => h.Participant).Distinct().Count()
                )),
        ];

    private static TraceRates Rates(long traces, long days, long participants, IReadOnlyList<SessionRow> sessions)
    {
        var inSessions = sessions.Sum(s => s.Traces);
        var count = sessions.Sum(s => s.Sessions);
        var seconds = sessions.Sum(s => s.Length / 1e6);
        return new TraceRates(
            Ratio(traces, days),
            Ratio(traces, participants),
            Ratio(inSessions, count),
            Ratio(inSessions, seconds / 60),
            Ratio(seconds, count)
        );
    }

    private static double? Ratio(double what, double by) => by > 0 ? Math.Round(what / by, 3) : null;

    private static List<FieldSummary> Fields(Study study, IReadOnlyList<ValueRow> rows, bool inClear)
    {
        var byField = rows.ToLookup(r => r.Field, StringComparer.Ordinal);
        var fields = new List<FieldSummary>();
        // Marked fields are for those who see identities: even how often a token comes may say who it is.
        foreach (
            var field in study.Rules.Rules.Where(r =>
                r.Type is not (FieldType.Timestamp or FieldType.Json) && (inClear || r.Export == FieldExport.Keep)
            )
        )
        {
            var values = byField[field.Name].ToList();
            // The empty one stands for all of a field that has too many.
            var tooMany = values.Exists(v => v.Value.Length == 0);
            fields.Add(
                new FieldSummary(
                    field.Name,
                    field.Type,
                    values.Sum(v => v.Count),
                    tooMany,
                    tooMany
                        ? []
                        :
                        [
                            .. values
                                .OrderByDescending(v => v.Count)
                                .ThenBy(v => v.Value, StringComparer.Ordinal)
                                .Select(v => new ValueSummary(JsonElement.Parse(v.Value), v.Count)),
                        ]
                )
            );
        }

        return fields;
    }

    private static DateTimeOffset At(long microseconds) => Rfc3339.ToTime(microseconds);

    private static DateTimeOffset? Time(long? microseconds) => microseconds is { } time ? At(time) : null;
}
