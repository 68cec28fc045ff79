using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;
using Sillage.Rowing.Rowers;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Analysis;

/// <summary>Shows the caller's records over standard distances and times.</summary>
internal static class ListRecords
{
    private const string Select = """
        SELECT b.value, b.whole, b.weight_class, w.id, w.started_at FROM best b JOIN workout w ON w.number = b.workout
        WHERE b.account_id = @Account AND b.machine = @Machine AND b.piece = @Piece AND b.whole = @Whole AND w.copy_of IS NULL
          AND (@WeightClass = '' OR b.weight_class = @WeightClass) AND w.started_at >= @From AND w.started_at < @To
        ORDER BY b.value LIMIT 1
        """;

    private static readonly bool[] WholeFirst = [true, false];

    private sealed record Row(long Value, bool Whole, string? WeightClass, Guid Id, DateTimeOffset StartedAt);

    /// <summary>The best over one standard piece.</summary>
    /// <param name="Distance">Metres.</param>
    /// <param name="Time">Seconds.</param>
    /// <param name="Pace">Seconds for 500 m, as a monitor shows it.</param>
    /// <param name="Official">Whether a whole session was this piece; else it is the best stretch inside a longer one.</param>
    /// <param name="Workout">The session.</param>
    /// <param name="On">When it began.</param>
    /// <param name="Age">How old one was; where the profile says when one was born.</param>
    /// <param name="WeightClass">The class it was rowed in, if that was said.</param>
    /// <param name="Links">To the session.</param>
    public sealed record RecordResource(
        double Distance,
        double Time,
        double? Pace,
        bool Official,
        Guid Workout,
        DateTimeOffset On,
        int? Age,
        WeightClass? WeightClass,
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
            .WithQuery("weightClass", "Only sessions rowed in this class, `h` or `l`.", "l")
            .WithQuery(
                "age",
                "Only sessions rowed at this age, or at one from and to: `19` or `40-49`. The profile has to say when one was born.",
                "40-49"
            );

    private static async Task<Reply<RecordsReply>> Handle(
        HttpRequest request,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var machine = WordQuery.Read<Machine>(request, "machine") ?? Machine.Rower;
        var weight = WordQuery.Read<WeightClass>(request, "weightClass");
        var ages = Ages.Read(request);
        var reply = await database.ReadAsync(
            async reader =>
            {
                var born = (await RowerRow.FindAsync(reader, caller.Id, ct))?.ReadProfile().Born;
                var (from, to) = ages.On(born);
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
                                From = from,
                                To = to,
                            };
                            var row = await reader.FirstOrDefaultAsync<Row>(Select, key, ct);
                            if (row is not null && (whole || official is null || row.Value < official.Value))
                            {
                                records.Add(Show(kind, length, row, born));
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

    private static RecordResource Show(char kind, int length, Row row, DateOnly? born)
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
            born is { } day ? Ages.At(day, row.StartedAt) : null,
            row.WeightClass is { } word ? Word.Read<WeightClass>(word) : null,
            new Links { ["workout"] = WorkoutResource.AddressOf(row.Id) }
        );
    }
}
