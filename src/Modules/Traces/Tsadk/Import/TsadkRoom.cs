using Sillage.Storage;
using Sillage.Traces.Import;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk.Import;

/// <summary>
/// Keeps old ids and new ones apart. A new log's id is its place in storage; before the first old one is taken over, places
/// are made to begin far above the old ids, with room for those that the old API gives out until the day of the switch.
/// </summary>
internal static class TsadkRoom
{
    private const long Least = 1_000_000;

    private const long Most = 1L << 60;

    private const string FirstPlace = "SELECT position, id FROM trace WHERE study = @Study ORDER BY position LIMIT 1";

    private const string AnyOld =
        "SELECT count(*) FROM (SELECT 1 FROM trace WHERE study = @Study AND id >= @First AND id <= @Last LIMIT 1) t";

    private static readonly Sql Raise = new(
        "UPDATE trace_position SET last = @Place WHERE last < @Place",
        """
        SELECT setval(pg_get_serial_sequence('trace', 'position'), @Place)
        WHERE @Place > (SELECT last_value FROM trace_position_seq)
        """
    );

    private sealed record Place(long Position, Guid Id);

    /// <summary>Sees whether old ids and the study's own ones can be told apart.</summary>
    /// <exception cref="ImportException">The study's own logs stand where the old ids would be.</exception>
    public static async Task CheckAsync(IDatabase<TracesData> database, Study? study, long last, CancellationToken ct)
    {
        if (last > Most)
        {
            throw new ImportException(
                $"The old database has ids up to {last}; the highest that can be taken over is {Most}."
            );
        }

        if (study is null)
        {
            return;
        }

        var (first, hasOld) = await database.ReadAsync(
            async r =>
                (
                    await r.FirstOrDefaultAsync<Place>(FirstPlace, new { Study = study.Key }, ct),
                    await r.ScalarAsync<long>(
                        AnyOld,
                        new
                        {
                            Study = study.Key,
                            First = OldLogId.Of(0),
                            Last = OldLogId.Of(long.MaxValue >> 1),
                        },
                        ct
                    ) > 0
                ),
            ct
        );
        if (first is not null && !hasOld)
        {
            throw new ImportException(
                $"The study '{study.Slug}' has traces of its own, whose ids on the TSADK routes may be those of old logs. Take over "
                    + "into a study without traces, and let the game send there afterwards."
            );
        }

        if (first is not null && last >= first.Position)
        {
            throw new ImportException(
                $"The old database has ids up to {last}, and the study '{study.Slug}' gives its own from {first.Position} on. Take over into another study."
            );
        }
    }

    /// <summary>Makes the room, once.</summary>
    public static Task<bool> MakeAsync(IDatabase<TracesData> database, Study study, long last, CancellationToken ct) =>
        database.WriteAsync(
            async unit =>
            {
                var first = await unit.FirstOrDefaultAsync<Place>(FirstPlace, new { Study = study.Key }, ct);
                if (first is null)
                {
                    var place = checked((Math.Max(last, 0) * 2) + Least);
                    _ =
                        unit.Dialect == SqlDialect.Sqlite
                            ? await unit.ExecuteAsync(Raise, new { Place = place }, ct)
                            : await unit.ScalarAsync<long?>(Raise, new { Place = place }, ct);
                }

                return true;
            },
            ct
        );
}
