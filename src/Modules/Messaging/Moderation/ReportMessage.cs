using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;
using Sillage.Storage;

namespace Sillage.Messaging.Moderation;

/// <summary>What is wrong with a message.</summary>
/// <param name="Reason">1 to 500 characters.</param>
public sealed record NewReport([property: Required, StringLength(500, MinimumLength = 1)] string Reason);

/// <summary>What became of a report.</summary>
/// <param name="Resolution">What was done, 1 to 500 characters.</param>
public sealed record ReportResolution([property: Required, StringLength(500, MinimumLength = 1)] string Resolution);

/// <summary>Reports messages to those who keep order in the room, who see what and not by whom.</summary>
internal static class ReportMessage
{
    private const string Insert = """
        INSERT INTO report (id, room_id, seq, reporter_id, reason, at) VALUES (@Id, @Room, @Seq, @Reporter, @Reason, @Now)
        """;

    private const string Same = """
        SELECT id FROM report WHERE room_id = @Room AND seq = @Seq AND reporter_id = @Reporter AND resolution IS NULL
        """;

    private const string SelectOne = $"""
        {ReportRow.Select} WHERE p.id = @Id AND p.room_id = @Room AND (@All OR p.reporter_id = @Account)
        """;

    private const string Resolve = """
        UPDATE report SET resolution = @Resolution, resolved_at = @Now WHERE id = @Id AND room_id = @Room AND resolution IS NULL
        RETURNING seq
        """;

    public static void Map(RouteGroupBuilder room)
    {
        room.MapPost("/messages/{message:guid}/reports", Add)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.TakePart)
            .WithSummary("Report a message")
            .WithDescription(
                "Those who keep order in the room see it, and not who reported. Who reports the same twice has one report."
            )
            .WithRequestExample(new NewReport("Spam."))
            .WithReplyExample(Report.Example);
        room.MapGet("/reports/{id:guid}", Read)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.TakePart, RoomRights.Moderate)
            .WithSummary("Read a report of a room")
            .WithDescription("For those who keep order in it, and for whoever reported.")
            .WithReplyExample(Report.Example);
        room.MapPut("/reports/{id:guid}/resolution", Close)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("Say what was done about a report")
            .WithRequestExample(new ReportResolution("Deleted."))
            .Produces(StatusCodes.Status204NoContent);
    }

    private static Task<Results<CreatedReply<Report>, Problem>> Add(
        Room room,
        Guid message,
        Body<NewReport> body,
        IdempotencyKey key,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        var now = chat.Now;
        var id = Guid.CreateVersion7(now);
        return key.RunAsync<Report>(
            chat.Database,
            async unit =>
            {
                var row = await MessageRow.GetAsync(unit, room.Id, message, ct);
                var parameters = new
                {
                    Id = id,
                    Room = room.Id,
                    row.Seq,
                    Reporter = caller.Id,
                    body.Value.Reason,
                    Now = now,
                };
                await unit.LockAsync($"report {caller.Id}", ct);
                if (await unit.ScalarAsync<Guid?>(Same, parameters, ct) is not { } report)
                {
                    await unit.ExecuteAsync(Insert, parameters, ct);
                    report = id;
                }

                var told = await FindAsync(unit, room, report, caller, ct);
                return Reply.Created($"{RoomResource.AddressOf(room.Id)}/reports/{report}", told!.ToReport());
            },
            ct
        );
    }

    private static async Task<Results<Reply<Report>, Problem>> Read(
        Room room,
        Guid id,
        Caller caller,
        Chat chat,
        CancellationToken ct
    ) =>
        await chat.Database.ReadAsync(r => FindAsync(r, room, id, caller, ct), ct) is { } row
            ? Reply.Ok(row.ToReport())
            : Problem.NotFound();

    private static Task<ReportRow?> FindAsync(
        IReader reader,
        Room room,
        Guid id,
        Caller caller,
        CancellationToken ct
    ) =>
        reader.FirstOrDefaultAsync<ReportRow>(
            SelectOne,
            new
            {
                Id = id,
                Room = room.Id,
                All = room.RightsOf(caller).HasFlag(RoomRights.Moderate),
                Account = caller.Id,
            },
            ct
        );

    private static Task<Results<NoContent, Problem>> Close(
        Room room,
        Guid id,
        Body<ReportResolution> body,
        Caller caller,
        Chat chat,
        CancellationToken ct
    ) =>
        chat.Database.WriteAsync<Results<NoContent, Problem>>(
            async unit =>
            {
                var parameters = new
                {
                    Id = id,
                    Room = room.Id,
                    body.Value.Resolution,
                    chat.Now,
                };
                if (await unit.ScalarAsync<long?>(Resolve, parameters, ct) is not { } seq)
                {
                    return Problem.NotFound("There is no such report that is open.");
                }

                await ModerationTrail.WriteAsync(
                    unit,
                    room,
                    ModerationTrail.ReportResolved,
                    caller.Id,
                    null,
                    seq,
                    body.Value.Resolution,
                    chat.Now,
                    ct
                );
                return TypedResults.NoContent();
            },
            ct
        );
}
