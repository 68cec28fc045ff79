using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Analysis;

/// <summary>Fits the curve of critical power to the caller's bests of 2 to 15 minutes.</summary>
internal static class CriticalPower
{
    private const string Select = """
        SELECT MIN(b.value) FROM best b JOIN workout w ON w.number = b.workout
        WHERE b.account_id = @Account AND b.machine = @Machine AND b.piece = @Piece AND w.copy_of IS NULL
        """;

    // Shorter and longer the model does not hold.
    private const int Shortest = 120;
    private const int Longest = 900;
    private const int Fewest = 3;

    /// <summary>The best power over a time.</summary>
    /// <param name="Time">Seconds.</param>
    /// <param name="Power">Watts.</param>
    public sealed record PowerPoint(int Time, double Power);

    /// <summary>The curve on one machine.</summary>
    /// <param name="Machine">The machine.</param>
    /// <param name="Power">Critical power, watts; null with fewer than three bests.</param>
    /// <param name="Reserve">The work above it that one has, joules.</param>
    /// <param name="Points">The bests that it was fitted to.</param>
    public sealed record CurveReply(Machine Machine, double? Power, double? Reserve, IReadOnlyList<PowerPoint> Points);

    public static void Map(RouteGroupBuilder workouts) =>
        workouts
            .MapGet("/critical-power", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("Read one's critical power")
            .WithDescription(
                "Work by time, a straight line through the best stretches of 2 to 15 minutes in all sessions on one machine whose pace says the power."
            )
            .WithQuery("machine", "The machine. Default: rower.", "rower");

    private static async Task<Reply<CurveReply>> Handle(
        HttpRequest request,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var machine = WordQuery.Read<Machine>(request, "machine") ?? Machine.Rower;
        var points = new List<PowerPoint>();
        if (Derivation.HasPower(machine))
        {
            foreach (
                var time in Bests.Times.Concat(Bests.CurveTimes).Where(t => t is >= Shortest and <= Longest).Order()
            )
            {
                var key = new
                {
                    Account = caller.Id,
                    Machine = Word.Of(machine),
                    Piece = Bests.NameOf('t', time),
                };
                var best = await database.ReadAsync(reader => reader.ScalarAsync<long?>(Select, key, ct), ct);
                if (Formulas.Watts(Formulas.Pace(-(best ?? 0) / 100d, time)) is { } watts)
                {
                    points.Add(new PowerPoint(time, Math.Round(watts, 1)));
                }
            }
        }

        var (power, reserve) = Fit(points);
        return Reply.Ok(new CurveReply(machine, power, reserve, points));
    }

    private static (double? Power, double? Reserve) Fit(List<PowerPoint> points)
    {
        if (points.Count < Fewest)
        {
            return (null, null);
        }

        var (time, work) = (points.Average(p => p.Time), points.Average(p => p.Time * p.Power));
        var slope =
            points.Sum(p => (p.Time - time) * ((p.Time * p.Power) - work))
            / points.Sum(p => Math.Pow(p.Time - time, 2));
        return (Math.Round(slope, 1), Math.Round(work - (slope * time)));
    }
}
