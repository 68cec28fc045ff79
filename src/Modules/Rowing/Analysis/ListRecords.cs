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

/// <summary>Shows the caller's records over standard distances and times.</summary>
internal static class ListRecords
{
    private const string Select = """
        SELECT b.value, b.whole, w.id, w.started_at FROM best b JOIN workout w ON w.number = b.workout
        WHERE b.account_id = @Account AND b.machine = @Machine AND b.piece = @Piece AND b.whole = @Whole AND w.copy_of IS NULL
          AND (@WeightClass = '' OR b.weight_class = @WeightClass)
        ORDER BY b.value LIMIT 1
        """;

    private static readonly bool[] WholeFirst = [true, false];

    private sealed record Row(long Value, bool Whole, Guid Id, DateTimeOffset StartedAt);

    /// <summary>The best over one standard piece.</summary>
    /// <param name="Distance">Metres.</param>
    /// <param name="Time">Seconds.</param>
    /// <param name="Pace">Seconds for 500 m, as a monitor shows it.</param>
    /// <param name="Official">Whether a whole session was this piece; else it is the best stretch inside a longer one.</param>
    /// <param name="Workout">The session.</param>
    /// <param name="On">When it began.</param>
    /// <param name="Links">To the session.</param>
    public sealed record RecordResource(
        double Distance,
        double Time,
        double? Pace,
        bool Official,
        Guid Workout,
        DateTimeOffset On,
        Links Links
    );

    /// <summary>The records on a machine.</summary>
    /// <param name="Machine">The machine.</param>
    /// <param name="Distances">Over standard distances, the shortest first.</param>
    /// <param name="Times">In standard times, the shortest first.</param>
    public sealed record RecordsReply(
        Machine Machine,
        IReadOnlyList<RecordResource> Distances,
        IReadOnlyList<RecordResource> Times
    );

    public static void Map(RouteGroupBuilder workouts) =>
        workouts
            .MapGet("/records", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("Read one's records")
            .WithDescription(
                "The best over 100 m to 100 km and in 1 to 60 minutes. Official are single pieces of exactly that length; where the best stretch inside any session is better it is listed too, as unofficial."
            )
            .WithQuery("machine", "The machine. Default: rower.", "rower")
            .WithQuery("weightClass", "Only sessions rowed in this class, `h` or `l`.", "l");

    private static async Task<Reply<RecordsReply>> Handle(
        HttpRequest request,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var machine = WordQuery.Read<Machine>(request, "machine") ?? Machine.Rower;
        var weight = WordQuery.Read<WeightClass>(request, "weightClass");
        var reply = await database.ReadAsync(
            async reader =>
            {
                async Task<List<RecordResource>> All(char kind, int[] lengths)
                {
                    var records = new List<RecordResource>();
                    foreach (var length in lengths)
                    {
                        Row? official = null;
                        foreach (var whole in WholeFirst)
                        {
                            var key = new
                            {
                                Account = caller.Id,
                                Machine = Word.Of(machine),
                                Piece = Bests.NameOf(kind, length),
                                Whole = whole,
                                WeightClass = weight is { } c ? Word.Of(c) : "",
                            };
                            var row = await reader.FirstOrDefaultAsync<Row>(Select, key, ct);
                            if (row is not null && (whole || official is null || row.Value < official.Value))
                            {
                                records.Add(Show(kind, length, row));
                            }

                            official ??= row;
                        }
                    }

                    return records;
                }

                return new RecordsReply(machine, await All('d', Bests.Distances), await All('t', Bests.Times));
            },
            ct
        );
        return Reply.Ok(reply);
    }

    private static RecordResource Show(char kind, int length, Row row)
    {
        var (metres, seconds) = kind == 'd' ? (length, row.Value / 1000d) : (-row.Value / 100d, (double)length);
        var pace = Formulas.Pace(metres, seconds);
        return new RecordResource(
            metres,
            seconds,
            pace is { } exact ? Formulas.Shown(exact) : null,
            row.Whole,
            row.Id,
            row.StartedAt,
            new Links { ["workout"] = WorkoutResource.AddressOf(row.Id) }
        );
    }
}
