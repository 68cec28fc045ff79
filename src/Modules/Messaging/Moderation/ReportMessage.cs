using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Paging;
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

/// <summary>A message that somebody finds should be looked at.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Seq">The place of the message in the room.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="At">When it was reported.</param>
/// <param name="Resolution">What was done; left out while it is open.</param>
/// <param name="ResolvedAt">When.</param>
public sealed record Report(
    Guid Id,
    long Seq,
    string Reason,
    DateTimeOffset At,
    string? Resolution,
    DateTimeOffset? ResolvedAt
)
{
    internal static Report Example { get; } = new(Guid.Empty, 42, "Spam.", DateTimeOffset.UnixEpoch, null, null);
}

/// <summary>Reports messages to those who keep order in the room, who see what and not by whom.</summary>
internal static class ReportMessage
{
    private const string Insert = """
        INSERT INTO report (id, room_id, seq, reporter_id, reason, at) VALUES (@Id, @Room, @Seq, @Reporter, @Reason, @Now)
        """;

    private const string Same = """
        SELECT id, seq, reason, at, resolution, resolved_at FROM report
        WHERE room_id = @Room AND seq = @Seq AND reporter_id = @Reporter AND resolution IS NULL
        """;

    private const string Select = """
        SELECT id, seq, reason, at, resolution, resolved_at FROM report WHERE room_id = @Room AND id > @After
        ORDER BY id LIMIT @Limit
        """;

    private const string Resolve = """
        UPDATE report SET resolution = @Resolution, resolved_at = @Now WHERE id = @Id AND room_id = @Room AND resolution IS NULL
        RETURNING seq
        """;

    private sealed record Keys(Guid Id);

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
        room.MapGet("/reports", List)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("List reports of a room")
            .WithReplyExample(new Page<Report>([Report.Example], null));
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
                var report = await unit.FirstOrDefaultAsync<Report>(Same, parameters, ct);
                if (report is null)
                {
                    await unit.ExecuteAsync(Insert, parameters, ct);
                    report = new Report(id, row.Seq, body.Value.Reason, now, null, null);
                }

                return Reply.Created($"{RoomResource.AddressOf(room.Id)}/reports/{report.Id}", report);
            },
            ct
        );
    }

    private static async Task<PageReply<Report>> List(Room room, PageRequest page, Chat chat, CancellationToken ct)
    {
        var parameters = new
        {
            Room = room.Id,
            After = page.After<Keys>()?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await chat.Database.ReadAsync(r => r.QueryAsync<Report>(Select, parameters, ct), ct);
        return PageReply<Report>.Of(rows, page, report => new Keys(report.Id));
    }

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
