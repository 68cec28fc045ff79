using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;
using Sillage.Rowing.Squads;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>A place on a leaderboard.</summary>
/// <param name="Rank">From 1; those who are equal share one.</param>
/// <param name="Rower">Who.</param>
/// <param name="Distance">Metres.</param>
/// <param name="Time">Seconds.</param>
/// <param name="Pace">Seconds for 500 m, as a monitor shows it.</param>
/// <param name="Official">Of a piece: whether a whole session was it; else it is the best stretch inside a longer one.</param>
/// <param name="Workouts">Of metres: how many sessions.</param>
/// <param name="On">Of a piece: when.</param>
public sealed record LeaderboardPlace(
    int Rank,
    SquadPerson Rower,
    double Distance,
    double Time,
    double? Pace,
    bool? Official,
    long? Workouts,
    DateTimeOffset? On
);

/// <summary>The leaderboard of a squad.</summary>
/// <param name="Piece">The piece; left out where all metres count.</param>
/// <param name="Machine">The machine.</param>
/// <param name="From">From when workouts count.</param>
/// <param name="To">Until when.</param>
/// <param name="Places">Of those who let the squad see their results, and of oneself.</param>
public sealed record Leaderboard(
    string? Piece,
    Machine Machine,
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<LeaderboardPlace> Places
);

/// <summary>Shows who of a squad rowed how far, or how fast.</summary>
internal static class ShowLeaderboard
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30);

    private const string Of = """
        FROM squad_member m JOIN workout w ON w.account_id = m.account_id
        """;

    private const string Counted = """
        m.squad_id = @Squad AND (m.shares_results OR m.account_id = @Caller) AND w.started_at >= @From AND w.started_at < @To
          AND w.machine = @Machine AND w.copy_of IS NULL AND w.state = 'closed'
        """;

    private static readonly Sql Metres = new(
        $"""
        SELECT m.account_id, COUNT(*) AS workouts, COALESCE(SUM(w.distance), 0) AS distance, COALESCE(SUM(w.duration), 0) AS duration
        {Of} WHERE {Counted} GROUP BY m.account_id
        """,
        $"""
        SELECT m.account_id, COUNT(*) AS workouts, COALESCE(SUM(w.distance), 0)::bigint AS distance,
          COALESCE(SUM(w.duration), 0)::bigint AS duration
        {Of} WHERE {Counted} GROUP BY m.account_id
        """
    );

    private const string Pieces = $"""
        SELECT account_id, value, whole, started_at FROM (
          SELECT m.account_id, b.value, b.whole, w.started_at,
            ROW_NUMBER() OVER (PARTITION BY m.account_id ORDER BY b.value, b.whole DESC, w.number) AS place
          {Of} JOIN best b ON b.workout = w.number
          WHERE {Counted} AND b.piece = @Piece AND (@WeightClass = '' OR b.weight_class = @WeightClass)
        ) AS ranked WHERE place = 1
        """;

    private sealed record MetresRow(Guid AccountId, long Workouts, long Distance, long Duration);

    private sealed record PieceRow(Guid AccountId, long Value, bool Whole, DateTimeOffset StartedAt);

    private sealed record Entry(Guid Account, long Value, LeaderboardPlace Place);

    public static void Map(RouteGroupBuilder squad) =>
        squad
            .MapGet("/leaderboard", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(SquadRights.Read)
            .WithSummary("Read the leaderboard of a squad")
            .WithDescription(
                "All metres of the time, or the best over a standard piece. Only of rowers who let the squad see results, and of oneself. Those who are shown see who looked."
            )
            .WithQuery("piece", "A standard distance or time, as `2000m` or `30:00`. Default: all metres.", "2000m")
            .WithQuery("machine", "The machine. Default: rower.", "rower")
            .WithQuery("weightClass", "With a piece: only sessions rowed in this class, `h` or `l`.", "l")
            .WithQuery(
                "from",
                "Workouts that began at this time or later (RFC 3339). Default: 30 days before `to`.",
                "2026-05-01"
            )
            .WithQuery("to", "Workouts that began before this time (RFC 3339). Default: now.", "2027-05-01")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<Leaderboard>> Handle(
        HttpRequest request,
        Squad squad,
        Caller caller,
        SquadPeople people,
        Looks looks,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var to = TimeQuery.Read(request, "to") ?? clock.GetUtcNow();
        var from = TimeQuery.Read(request, "from") ?? to - Usual;
        var machine = WordQuery.Read<Machine>(request, "machine") ?? Machine.Rower;
        var piece = PieceOf(request);
        var parameters = new
        {
            Squad = squad.Id,
            Caller = caller.Id,
            From = from,
            To = to,
            Machine = Word.Of(machine),
            Piece = piece?.Key ?? "",
            WeightClass = WordQuery.Read<WeightClass>(request, "weightClass") is { } c ? Word.Of(c) : "",
        };
        var entries = piece is { } standard
            ? (await database.ReadAsync(r => r.QueryAsync<PieceRow>(Pieces, parameters, ct), ct)).Select(row =>
                Show(row, standard.Key[0], standard.Length)
            )
            : (await database.ReadAsync(r => r.QueryAsync<MetresRow>(Metres, parameters, ct), ct)).Select(Show);
        List<Entry> ordered = [.. entries.OrderBy(entry => entry.Value).ThenBy(entry => entry.Account)];
        var names = await people.OfAsync(ordered.Select(entry => entry.Account), ct);
        await looks.RecordAsync(
            caller,
            squad.Id,
            LookedAt.Leaderboard,
            null,
            ordered.Select(entry => entry.Account),
            ct
        );
        return Reply.Ok(
            new Leaderboard(
                piece?.Name,
                machine,
                from,
                to,
                [
                    .. ordered.Select(entry =>
                        entry.Place with
                        {
                            Rank = 1 + ordered.FindIndex(other => other.Value == entry.Value),
                            Rower = names[entry.Account],
                        }
                    ),
                ]
            )
        );
    }

    private static Entry Show(MetresRow row) =>
        PlaceOf(row.AccountId, -row.Distance, row.Distance / 100d, row.Duration / 1000d) with
        {
            Place = PlaceOf(row.AccountId, 0, row.Distance / 100d, row.Duration / 1000d).Place with
            {
                Workouts = row.Workouts,
            },
        };

    private static Entry Show(PieceRow row, char kind, int length)
    {
        var entry =
            kind == 'd'
                ? PlaceOf(row.AccountId, row.Value, length, row.Value / 1000d)
                : PlaceOf(row.AccountId, row.Value, -row.Value / 100d, length);
        return entry with { Place = entry.Place with { Official = row.Whole, On = row.StartedAt } };
    }

    private static Entry PlaceOf(Guid account, long value, double metres, double seconds)
    {
        var pace = Formulas.Pace(metres, seconds);
        var shown = pace is { } exact ? Formulas.Shown(exact) : (double?)null;
        return new Entry(
            account,
            value,
            new LeaderboardPlace(0, SquadPerson.Example, metres, seconds, shown, null, null, null)
        );
    }

    private static (string Name, string Key, int Length)? PieceOf(HttpRequest request)
    {
        var text = request.Query["piece"].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        foreach (var (name, key, length) in Standard())
        {
            if (name == text)
            {
                return (name, key, length);
            }
        }

        throw new ProblemException(
            Problem.BadRequest(
                "A query parameter is not valid.",
                new FieldError("?piece", $"One of {string.Join(", ", Standard().Select(piece => piece.Name))}.")
            )
        );
    }

    private static IEnumerable<(string Name, string Key, int Length)> Standard() =>
        Bests
            .Distances.Select(d => (string.Create(CultureInfo.InvariantCulture, $"{d}m"), Bests.NameOf('d', d), d))
            .Concat(Bests.Times.Select(t => (Recognition.Clock(t), Bests.NameOf('t', t), t)));
}
