using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Live;

/// <summary>Strokes of a session that goes on.</summary>
/// <param name="First">The number of the first of them in the session, from 0.</param>
/// <param name="Strokes">1 to 1000 strokes, in their order.</param>
public sealed record StrokeBatch(
    [property: Range(0, 200_000)] long First,
    [property: Required, MinLength(1), MaxLength(1000)] IReadOnlyList<SentStroke> Strokes
);

/// <summary>How far a live session is stored.</summary>
/// <param name="Next">The number that the next stroke has: go on from here after a break.</param>
/// <param name="Stored">How many of the batch were new.</param>
/// <param name="Known">How many had been stored before.</param>
public sealed record StrokesTaken(long Next, long Stored, long Known);

/// <summary>Takes strokes of a live session. A batch may be sent again, whole or in part.</summary>
internal static class SendStrokes
{
    private const string Touch = "UPDATE workout SET strokes = @Next, updated_at = @Now WHERE number = @Number";

    public static void Map(RouteGroupBuilder workout) =>
        workout
            .MapPost("/strokes", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(WorkoutRights.Change)
            .WithSummary("Send strokes of a live workout")
            .WithDescription(
                """
                Strokes carry their numbers: `first` is that of the first in the batch. What is stored already counts under
                `known` and is not stored again, so a batch that got no answer is simply sent again. Where a batch begins behind a
                gap it is 409, and the problem names the number to go on from; so does the workout's `strokes`.
                """
            )
            .WithRequestExample(new StrokeBatch(2, [new SentStroke(5.6, 27.1, 103.8, 34, 313, 139)]))
            .WithReplyExample(new StrokesTaken(3, 1, 0))
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static Task<Results<Reply<StrokesTaken>, Problem>> Handle(
        WorkoutRow workout,
        Body<StrokeBatch> body,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    ) =>
        database.WriteAsync<Results<Reply<StrokesTaken>, Problem>>(
            async unit =>
            {
                if (await WorkoutStore.LockAsync(unit, workout.Id, ct) is not { } current)
                {
                    return Problem.NotFound();
                }

                var (first, sent) = (body.Value.First, body.Value.Strokes);
                var known = Math.Min(Math.Max(current.Strokes - first, 0), sent.Count);
                // What was stored before the session closed may be asked for once more.
                if (!current.IsLive && known < sent.Count)
                {
                    return Problem.Conflict("The session is closed: no more strokes are taken. Send another workout.");
                }

                if (first > current.Strokes)
                {
                    return Problem.Conflict(
                        "Strokes before these are missing.",
                        new FieldError("/first", $"Go on from {current.Strokes}.")
                    );
                }

                List<Stroke> fresh = [.. sent.Skip((int)known).Select(Stroke.Of)];
                if (fresh.Count == 0)
                {
                    return Reply.Ok(new StrokesTaken(current.Strokes, 0, known));
                }

                var next = current.Strokes + fresh.Count;
                await WorkoutStore.AddStrokesAsync(unit, current.Number, current.Strokes, fresh, ct);
                var touched = new
                {
                    current.Number,
                    Next = next,
                    Now = clock.GetUtcNow(),
                };
                await unit.ExecuteAsync(Touch, touched, ct);
                return Reply.Ok(new StrokesTaken(next, fresh.Count, known));
            },
            ct
        );
}
