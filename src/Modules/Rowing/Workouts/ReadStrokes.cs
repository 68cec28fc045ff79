using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Rowing.Merging;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Workouts;

/// <summary>Shows all strokes of a workout.</summary>
internal static class ReadStrokes
{
    /// <summary>The strokes of a workout, in the order in which they came.</summary>
    /// <param name="Strokes">All of them.</param>
    public sealed record StrokesReply(IReadOnlyList<SentStroke> Strokes);

    public static void Map(RouteGroupBuilder workout) =>
        workout
            .MapGet("/strokes", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(WorkoutRights.Read)
            .WithSummary("Read the strokes of a workout")
            .WithDescription(
                "Every stroke that is kept, in the order in which they came. What was not measured is not there. Where other devices recorded the session too, each stroke says its `source`, and where a heart rate came from elsewhere its `heartRateSource`."
            )
            .Produces<StrokesReply>(StatusCodes.Status200OK, "application/json", "application/xml")
            .WithReplyExample(new StrokesReply([new SentStroke(2.1, 9.4, 112.3, 34, 240, 131)]))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task Handle(HttpContext http, WorkoutRow workout, IDatabase<RowingData> database)
    {
        var ct = http.RequestAborted;
        var copies = await database.ReadAsync(reader => SourceList.ReadAsync(reader, workout.Id, ct), ct);
        using var json =
            copies.Count == 0 ? await OwnAsync(database, workout, ct) : await AllAsync(database, workout, ct);
        // Not hashed, as they are long: strokes come and go with the time of their row.
        var version = copies.Count == 0 ? $"{workout.UpdatedAt.UtcTicks:x}-{workout.Strokes:x}" : null;
        await ReplyWriter.WriteAsync(http, StatusCodes.Status200OK, json.WrittenMemory, noStore: false, version);
    }

    private static async Task<PooledBytes> OwnAsync(
        IDatabase<RowingData> database,
        WorkoutRow workout,
        CancellationToken ct
    )
    {
        var batches = await database.ReadAsync(r => WorkoutStore.ReadPackedAsync(r, workout.Number, ct), ct);
        var json = new PooledBytes(64 + (int)(workout.Strokes * 96));
        json.Write("{\"strokes\":["u8);
        var isFirst = true;
        foreach (var packed in batches)
        {
            var count = StrokeCodec.CountOf(packed);
            var strokes = ArrayPool<Stroke>.Shared.Rent(count);
            StrokeCodec.UnpackOver(packed, strokes.AsSpan(0, count));
            StrokeJson.WriteItems(json, strokes.AsSpan(0, count), ref isFirst);
            ArrayPool<Stroke>.Shared.Return(strokes, clearArray: true);
        }

        json.Write("]}"u8);
        return json;
    }

    // Of several records of the session: each stroke says where it came from.
    private static async Task<PooledBytes> AllAsync(
        IDatabase<RowingData> database,
        WorkoutRow workout,
        CancellationToken ct
    )
    {
        var strokes = await database.ReadAsync(reader => Combined.ReadAsync(reader, workout, ct), ct);
        var json = new PooledBytes(64 + (strokes.Count * 192));
        json.Write("{\"strokes\":["u8);
        for (var i = 0; i < strokes.Count; i++)
        {
            var (stroke, source, heart) = strokes[i];
            var more = heart is null ? "" : $",\"heartRateSource\":\"{heart}\"";
            json.Write(i == 0 ? default : ","u8);
            StrokeJson.Write(json, stroke, Encoding.ASCII.GetBytes($",\"source\":\"{source}\"{more}"));
        }

        json.Write("]}"u8);
        return json;
    }
}
