using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Summaries;

/// <summary>The sequence numbers of one session that never came, and those that came more than once.</summary>
/// <param name="Participant">The pseudonym.</param>
/// <param name="Number">The number, with <c>identities=true</c>.</param>
/// <param name="Username">The user name, with <c>identities=true</c>.</param>
/// <param name="Session">The session; absent for traces that have a sequence number and no session.</param>
/// <param name="Lowest">The lowest number that came.</param>
/// <param name="Highest">The highest number that came. What comes after it cannot be known to be missing.</param>
/// <param name="Received">How many traces came with a number.</param>
/// <param name="Missing">How many numbers are missing; absent if there are too many gaps to keep.</param>
/// <param name="Gaps">The missing numbers, in order.</param>
/// <param name="Repeated">How many traces have a number that another one had before; absent likewise.</param>
/// <param name="RepeatedNumbers">The numbers that came more than once, in order.</param>
/// <param name="TooMany">Whether there are too many gaps, or too many numbers apart from each other that came again, to keep.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record SessionGaps(
    string Participant,
    long? Number,
    string? Username,
    string? Session,
    long Lowest,
    long Highest,
    long Received,
    long? Missing,
    IReadOnlyList<SequenceRange> Gaps,
    long? Repeated,
    IReadOnlyList<SequenceRange> RepeatedNumbers,
    bool TooMany,
    Links Links
);

/// <summary>Sequence numbers in a row.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
/// <param name="Count">How many.</param>
public sealed record SequenceRange(long From, long To, long Count);

/// <summary>Lists the sessions in which sequence numbers are missing or came more than once.</summary>
internal static class ListGaps
{
    // A page ends here even if it is not full.
    private const int MaximumRows = 5000;
    private const int MaximumRanges = 10_000;

    // Most sessions may have nothing to tell: a short page does not ask for them a few at a time.
    private const int PieceRows = 250;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // As with the sessions: no order that tells numbers. Traces without a session have an empty one here.
    private const string Columns = """
        SELECT s.participant, p.pseudonym, s.session, s.sequenced, s.lowest, s.highest, s.seen, s.repeated, s.missing,
          s.surplus, s.irregular
        """;

    private const string From = "FROM participant p CROSS JOIN tally_session s";

    private const string After = """
        AND s.study = p.study AND s.participant = p.number
          AND p.pseudonym >= @Pseudonym AND (p.pseudonym, s.session) > (@Pseudonym, @Session)
        ORDER BY p.pseudonym, s.session LIMIT @Limit
        """;

    // Named, so that a study with many sessions and few gaps costs by the gaps.
    private static readonly Sql Irregular = new(
        $"{Columns} {From} INDEXED BY tally_session_irregular WHERE p.study = @Study AND s.irregular {After}",
        $"{Columns} {From} WHERE p.study = @Study AND s.irregular {After}"
    );

    private static readonly Sql All = $"{Columns} {From} WHERE p.study = @Study {After}";

    private static readonly Sql OfOne = $"{Columns} {From} WHERE p.study = @Study AND p.number = @Number {After}";

    private sealed record Row(
        long Participant,
        string Pseudonym,
        string Session,
        long Sequenced,
        long Lowest,
        long Highest,
        byte[]? Seen,
        byte[]? Repeated,
        long? Missing,
        long? Surplus,
        bool Irregular
    );

    public static void Map(RouteGroupBuilder study) =>
        study
            .MapGet("/gaps", Handle)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithSummary("List gaps")
            .WithDescription(
                """
                The sessions in which sequence numbers are missing between the lowest and the highest that came, or came more
                than once, with these numbers: what a game failed to send, or counted twice. Traces of a participant that have
                a number and no session are taken together. What came before the lowest number cannot be known; with `start`,
                the number that the game begins with, what is missing from there on is told too. In the order of pseudonyms.
                A page looks at 5000 sessions and holds 10 000 ranges at most: go on as long as there is a `next`. The totals
                are in the study's summary.
                """
            )
            .WithQuery("start", "The number with which each session begins. Default: the lowest that came.", "1")
            .WithParticipant()
            .WithIdentities()
            .WithReplyExample(new Page<SessionGaps>([TallyExamples.Gaps], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<SessionGaps>> Handle(
        Study study,
        long? start,
        string? participant,
        bool? identities,
        PageRequest page,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        Tallies tallies,
        CancellationToken ct
    )
    {
        var number = ParticipantName.Wanted(study, participant, caller);
        await Names.DemandAsync(database, study, caller, identities is true, purpose, "gaps", ct);
        await tallies.CatchUpAsync(study.Key, Patience, ct);
        var after = page.After<SessionKeys>() ?? new SessionKeys("", "");
        var sql =
            number is not null ? OfOne
            : start is null ? Irregular
            : All;
        return await database.ReadAsync(
            async reader =>
            {
                var (looked, ranges) = (0, 0);
                var found = new List<(long Number, SessionGaps Gaps)>();
                // 1. As many sessions as the page holds, or as it may look at.
                SessionKeys? next = after;
                while (next is not null && looked < MaximumRows && ranges < MaximumRanges && found.Count < page.Limit)
                {
                    var limit = Math.Max(page.Limit - found.Count, PieceRows);
                    var rows = await reader.QueryAsync<Row>(
                        sql,
                        new
                        {
                            Study = study.Key,
                            Number = number,
                            Pseudonym = next.Pseudonym,
                            Session = next.Session,
                            Limit = (long)limit,
                        },
                        ct
                    );
                    next = rows.Count < limit ? null : new SessionKeys(rows[^1].Pseudonym, rows[^1].Session);
                    looked += rows.Count;
                    foreach (var row in rows.Where(r => IsToTell(r, start)))
                    {
                        var gaps = Show(row, start, study.Slug);
                        ranges += gaps.Gaps.Count + gaps.RepeatedNumbers.Count;
                        found.Add((row.Participant, gaps));
                        if (ranges >= MaximumRanges || found.Count == page.Limit)
                        {
                            next = row == rows[^1] ? next : new SessionKeys(row.Pseudonym, row.Session);
                            break;
                        }
                    }
                }

                // 2. Under names, if they are wanted.
                var names = await Names.OfWantedAsync(
                    reader,
                    study,
                    identities is true,
                    found.Select(f => f.Number),
                    ct
                );
                return new PageReply<SessionGaps>(
                    [
                        .. found.Select(f =>
                            names is null
                                ? f.Gaps
                                : f.Gaps with
                                {
                                    Number = f.Number,
                                    Username = names.GetValueOrDefault(f.Number),
                                }
                        ),
                    ],
                    next
                );
            },
            ct
        );
    }

    private static bool IsToTell(Row row, long? start) =>
        row.Sequenced > 0 && (row.Irregular || (start is { } first && row.Lowest > first));

    private static SessionGaps Show(Row row, long? start, string study)
    {
        var (seen, repeated) = (RangeSet.FromBytes(row.Seen), RangeSet.FromBytes(row.Repeated));
        var gaps = new List<NumberRange>();
        var missing = row.Missing;
        if (start is { } first && row.Lowest > first && !seen.IsGivenUp)
        {
            var before = new NumberRange(first, row.Lowest - 1);
            gaps.Add(before);
            missing = Math.Min(
                SessionTally.MaximumMissing,
                Math.Min(SessionTally.MaximumMissing, before.Count) + missing!.Value
            );
        }

        gaps.AddRange(seen.Gaps());
        var query = $"participant={row.Pseudonym}";
        if (row.Session.Length > 0)
        {
            query += $"&session={Uri.EscapeDataString(row.Session)}";
        }

        return new SessionGaps(
            row.Pseudonym,
            null,
            null,
            row.Session.Length == 0 ? null : row.Session,
            row.Lowest,
            row.Highest,
            row.Sequenced,
            missing,
            [.. gaps.Select(Show)],
            row.Surplus,
            [.. repeated.Ranges.Select(Show)],
            seen.IsGivenUp || repeated.IsGivenUp,
            new Links { ["traces"] = $"{StudyResource.AddressOf(study)}/traces?{query}" }
        );
    }

    private static SequenceRange Show(NumberRange range) => new(range.From, range.To, range.Count);
}
