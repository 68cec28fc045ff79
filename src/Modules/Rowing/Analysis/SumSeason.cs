using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Analysis;

/// <summary>Sums a season of the caller's: 1 May to 30 April.</summary>
internal static class SumSeason
{
    // One record of each session: copies from other devices count once.
    private const string Sums = """
        COUNT(*) AS workouts, CAST(COALESCE(SUM(distance), 0) AS bigint) AS distance,
          CAST(COALESCE(SUM(duration), 0) AS bigint) AS duration
        FROM workout
        WHERE account_id = @Account AND started_at >= @From AND started_at < @To AND copy_of IS NULL AND state = 'closed'
        GROUP BY 1, 2 ORDER BY 1, 2
        """;

    private static readonly Sql Sum = new(
        $"SELECT machine, CAST(strftime('%m', started_at / 1000000, 'unixepoch') AS bigint) AS month, {Sums}",
        $"SELECT machine, CAST(EXTRACT(MONTH FROM started_at AT TIME ZONE 'UTC') AS bigint) AS month, {Sums}"
    );

    private sealed record Row(string Machine, long Month, long Workouts, long Distance, long Duration);

    /// <summary>What was rowed on one machine.</summary>
    /// <param name="Machine">The machine.</param>
    /// <param name="Workouts">How many sessions.</param>
    /// <param name="Distance">Metres of work.</param>
    /// <param name="Time">Seconds of work.</param>
    public sealed record SeasonPart(Machine Machine, long Workouts, double Distance, double Time);

    /// <summary>What was rowed in one month.</summary>
    /// <param name="From">Its first day, UTC.</param>
    /// <param name="Workouts">How many sessions.</param>
    /// <param name="Distance">Metres of work.</param>
    /// <param name="Time">Seconds of work.</param>
    public sealed record SeasonMonth(DateTimeOffset From, long Workouts, double Distance, double Time);

    /// <summary>A season.</summary>
    /// <param name="From">1 May, UTC.</param>
    /// <param name="To">1 May a year later.</param>
    /// <param name="Workouts">How many sessions.</param>
    /// <param name="Distance">Metres of work.</param>
    /// <param name="Time">Seconds of work.</param>
    /// <param name="Machines">The same for each machine.</param>
    /// <param name="Months">The same for each of its twelve months.</param>
    public sealed record SeasonReply(
        DateTimeOffset From,
        DateTimeOffset To,
        long Workouts,
        double Distance,
        double Time,
        IReadOnlyList<SeasonPart> Machines,
        IReadOnlyList<SeasonMonth> Months
    );

    public static void Map(RouteGroupBuilder workouts) =>
        workouts
            .MapGet("/season", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("Read the sums of a season")
            .WithDescription("A season runs from 1 May to 30 April. Copies of a session from other devices count once.")
            .WithQuery("ending", "The year in which it ends. Default: the season that is on.", "2027");

    private static async Task<Reply<SeasonReply>> Handle(
        HttpRequest request,
        Caller caller,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var year = YearOf(request) ?? (now.Month >= 5 ? now.Year + 1 : now.Year);
        var to = new DateTimeOffset(year, 5, 1, 0, 0, 0, TimeSpan.Zero);
        var season = new
        {
            Account = caller.Id,
            From = to.AddYears(-1),
            To = to,
        };
        var rows = await database.ReadAsync(reader => reader.QueryAsync<Row>(Sum, season, ct), ct);
        return Reply.Ok(
            new SeasonReply(
                season.From,
                to,
                rows.Sum(row => row.Workouts),
                rows.Sum(row => row.Distance) / 100d,
                rows.Sum(row => row.Duration) / 1000d,
                [
                    .. rows.GroupBy(row => row.Machine)
                        .Select(part => new SeasonPart(
                            Word.Read<Machine>(part.Key),
                            part.Sum(row => row.Workouts),
                            part.Sum(row => row.Distance) / 100d,
                            part.Sum(row => row.Duration) / 1000d
                        )),
                ],
                [.. Enumerable.Range(0, 12).Select(i => MonthOf(season.From.AddMonths(i), rows))]
            )
        );
    }

    private static SeasonMonth MonthOf(DateTimeOffset from, IReadOnlyList<Row> rows)
    {
        var month = rows.Where(row => row.Month == from.Month).ToList();
        return new SeasonMonth(
            from,
            month.Sum(row => row.Workouts),
            month.Sum(row => row.Distance) / 100d,
            month.Sum(row => row.Duration) / 1000d
        );
    }

    private static int? YearOf(HttpRequest request)
    {
        var text = request.Query["ending"].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        return
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            && year is >= 1971 and <= 2200
            ? year
            : throw new ProblemException(
                Problem.BadRequest(
                    "A query parameter is not valid.",
                    new FieldError("?ending", "A year from 1971 to 2200.")
                )
            );
    }
}
