using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>A session that goes on, and what its rower lets the squad see of it.</summary>
internal sealed record RowRow(
    Guid AccountId,
    Guid Id,
    long Number,
    string Machine,
    DateTimeOffset StartedAt,
    long Strokes,
    bool SharesWorkouts
);

/// <summary>Somebody who rows, with his last stroke.</summary>
internal sealed record OnErg(RowRow Row, Stroke? Last);

/// <summary>
/// Who of a squad rows now and lets it see, read anew each time; of strokes only where there are new ones. Who rows and his strokes are read together: what is
/// shown was shared when it was read.
/// </summary>
internal sealed class SquadOnErgs(Guid squad)
{
    private const string Select = """
        SELECT w.account_id, w.id, w.number, w.machine, w.started_at, w.strokes, m.shares_workouts
        FROM squad_member m JOIN workout w ON w.account_id = m.account_id AND w.state = 'live'
        WHERE m.squad_id = @Squad AND m.shares_live ORDER BY w.number
        """;

    private const string Newest = "SELECT packed FROM stroke_batch WHERE workout = @Number ORDER BY first DESC LIMIT 1";

    private Dictionary<Guid, OnErg> _known = [];

    public async Task<IReadOnlyList<OnErg>> ReadAsync(IReader reader, CancellationToken ct)
    {
        var rows = await reader.QueryAsync<RowRow>(Select, new { Squad = squad }, ct);
        var now = new List<OnErg>(rows.Count);
        foreach (var row in rows)
        {
            var isKnown = _known.TryGetValue(row.Id, out var known) && known.Row.Strokes == row.Strokes;
            now.Add(new OnErg(row, isKnown ? known!.Last : await LastAsync(reader, row, ct)));
        }

        _known = now.ToDictionary(erg => erg.Row.Id);
        return now;
    }

    private static async Task<Stroke?> LastAsync(IReader reader, RowRow row, CancellationToken ct)
    {
        var strokes = new List<Stroke>();
        if (await reader.ScalarAsync<byte[]>(Newest, new { row.Number }, ct) is { } packed)
        {
            StrokeCodec.Unpack(packed, strokes);
        }

        return strokes.Count > 0 ? strokes[^1] : null;
    }
}
