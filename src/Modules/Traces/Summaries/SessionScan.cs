using Sillage.Storage;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Summaries;

/// <summary>Where a list of sessions stands. In the order of the pseudonyms: a place by numbers would tell the number.</summary>
internal sealed record SessionKeys(string Pseudonym, string Session);

/// <summary>Reads a study's sessions with their clocks, in the order of pseudonym and name.</summary>
internal static class SessionScan
{
    // CROSS JOIN: SQLite takes the tables in this order, which is the order of the list, and sorts nothing.
    private const string Sessions = """
        SELECT s.participant, p.pseudonym, s.session, s.count, s.first, s.last, s.sequenced, s.lowest, s.highest,
          s.missing, s.surplus, s.clock
        FROM participant p CROSS JOIN tally_session s
        WHERE p.study = @Study AND s.study = p.study AND s.participant = p.number AND s.session <> ''
          AND p.pseudonym >= @Pseudonym AND (p.pseudonym, s.session) > (@Pseudonym, @Session)
        ORDER BY p.pseudonym, s.session LIMIT @Limit
        """;

    private const string OfOne = """
        SELECT s.participant, p.pseudonym, s.session, s.count, s.first, s.last, s.sequenced, s.lowest, s.highest,
          s.missing, s.surplus, s.clock
        FROM participant p CROSS JOIN tally_session s
        WHERE p.study = @Study AND p.number = @Number AND s.study = p.study AND s.participant = p.number
          AND s.session > @Session
        ORDER BY s.session LIMIT @Limit
        """;

    private const string Clocks = "SELECT clock FROM tally_session WHERE study = @Study AND participant = @Participant";

    /// <summary>The next sessions.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="study">Whose.</param>
    /// <param name="number">Of one participant; null for all.</param>
    /// <param name="after">After which; null for the first.</param>
    /// <param name="limit">How many.</param>
    /// <param name="ct">Ends the wait.</param>
    public static Task<IReadOnlyList<SessionRow>> ReadAsync(
        IReader reader,
        Study study,
        long? number,
        SessionKeys? after,
        long limit,
        CancellationToken ct
    ) =>
        reader.QueryAsync<SessionRow>(
            number is null ? Sessions : OfOne,
            new
            {
                Study = study.Key,
                Number = number,
                Pseudonym = after?.Pseudonym ?? "",
                Session = after?.Session ?? "",
                Limit = limit,
            },
            ct
        );

    /// <summary>The clocks of these sessions, in their order.</summary>
    public static async Task<IReadOnlyList<SenderClock>> ClocksAsync(
        IReader reader,
        Study study,
        IReadOnlyCollection<SessionRow> sessions,
        CancellationToken ct
    )
    {
        var byParticipant = new Dictionary<long, ClockDelays>();
        var clocks = new List<SenderClock>(sessions.Count);
        foreach (var session in sessions)
        {
            if (!byParticipant.TryGetValue(session.Participant, out var all))
            {
                byParticipant[session.Participant] = all = await OfParticipantAsync(
                    reader,
                    study.Key,
                    session.Participant,
                    ct
                );
            }

            clocks.Add(SenderClock.Of(ClockDelays.FromBytes(session.Clock), all));
        }

        return clocks;
    }

    private static async Task<ClockDelays> OfParticipantAsync(
        IReader reader,
        long study,
        long participant,
        CancellationToken ct
    )
    {
        var all = new ClockDelays();
        foreach (
            var clock in await reader.QueryAsync<byte[]>(Clocks, new { Study = study, Participant = participant }, ct)
        )
        {
            all.Merge(ClockDelays.FromBytes(clock));
        }

        return all;
    }
}
