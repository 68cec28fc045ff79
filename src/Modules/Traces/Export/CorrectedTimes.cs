using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Export;

/// <summary>
/// What is to be added to the timestamps of a study's traces because their senders' clocks were wrong. In memory are only
/// the sessions in which there is something to add.
/// </summary>
internal sealed class CorrectedTimes
{
    private const long PieceSessions = 10_000;

    private static readonly long Earliest = Rfc3339.ToMicroseconds(DateTimeOffset.MinValue);
    private static readonly long Latest = Rfc3339.ToMicroseconds(DateTimeOffset.MaxValue);

    private const string Clocks = """
        SELECT participant, session, clock FROM tally_session
        WHERE study = @Study AND (participant, session) > (@Participant, @Session)
        ORDER BY participant, session LIMIT @Limit
        """;

    private readonly Dictionary<long, Dictionary<byte[], long>> _corrections = [];
    private readonly List<(string Session, ClockDelays Clock)> _ofOne = [];
    private long _one = -1;

    private sealed record Row(long Participant, string Session, byte[] Clock);

    public static async Task<CorrectedTimes> ReadAsync(
        IDatabase<TracesData> database,
        Study study,
        CancellationToken ct
    )
    {
        var times = new CorrectedTimes();
        var last = new Row(-1, "", []);
        IReadOnlyList<Row> rows;
        do
        {
            rows = await database.ReadAsync(
                r =>
                    r.QueryAsync<Row>(
                        Clocks,
                        new
                        {
                            Study = study.Key,
                            Participant = last.Participant,
                            Session = last.Session,
                            Limit = PieceSessions,
                        },
                        ct
                    ),
                ct
            );
            foreach (var row in rows)
            {
                times.Take(row);
                last = row;
            }
        } while (rows.Count == PieceSessions);

        times.Settle();
        return times;
    }

    /// <summary>When the trace happened, as far as that can be told; in microseconds since the Unix epoch.</summary>
    public long Of(in TraceRow row) =>
        row.Participant is { } participant
        && _corrections.TryGetValue(participant, out var sessions)
        && sessions.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(row.Session, out var correction)
        && row.Time != row.ReceivedAt
            ? Math.Clamp(row.Time + correction, Earliest, Latest)
            : row.Time;

    private void Take(Row row)
    {
        if (row.Participant != _one)
        {
            Settle();
            _one = row.Participant;
        }

        _ofOne.Add((row.Session, ClockDelays.FromBytes(row.Clock)));
    }

    // A participant's sessions bear on one another.
    private void Settle()
    {
        var all = new ClockDelays();
        foreach (var (_, clock) in _ofOne)
        {
            all.Merge(clock);
        }

        foreach (var (session, clock) in _ofOne)
        {
            if (SenderClock.Of(clock, all).Correction is var correction and not 0)
            {
                if (!_corrections.TryGetValue(_one, out var sessions))
                {
                    _corrections[_one] = sessions = new Dictionary<byte[], long>(Utf8Comparer.Instance);
                }

                sessions[System.Text.Encoding.UTF8.GetBytes(session)] = correction;
            }
        }

        _ofOne.Clear();
    }
}
