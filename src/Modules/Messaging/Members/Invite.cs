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

namespace Sillage.Messaging.Members;

/// <summary>Makes invitations into a room, lists them and takes them back.</summary>
internal static class Invite
{
    private const string Insert = """
        INSERT INTO invitation (id, room_id, code_hash, created_by, created_at, expires_at, uses_left)
        VALUES (@Id, @Room, @Hash, @By, @Now, @Until, @Uses)
        """;

    private const string CountOpen = """
        SELECT COUNT(*) FROM invitation
        WHERE room_id = @Room AND (expires_at IS NULL OR expires_at > @Now) AND (uses_left IS NULL OR uses_left > 0)
        """;

    private const int Most = 200;

    private const string Select = """
        SELECT id, created_at, expires_at, uses_left FROM invitation WHERE room_id = @Room AND id > @After
        ORDER BY id LIMIT @Limit
        """;

    private const string Delete = "DELETE FROM invitation WHERE id = @Id AND room_id = @Room";

    private sealed record Row(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, long? UsesLeft);

    private sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder room)
    {
        room.MapPost("/invitations", Create)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("Make an invitation")
            .WithDescription(
                "At most 200 at a time. The code is told this once. Whoever shows it at `POST /api/v1/rooms/join` is a member."
            )
            .WithRequestExample(new NewInvitation(48, 10))
            .WithReplyExample(Invitation.Example);
        room.MapGet("/invitations", List)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("List invitations")
            .WithReplyExample(new Page<Invitation>([Invitation.Example with { Code = null }], null));
        room.MapDelete("/invitations/{id:guid}", TakeBack)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Moderate)
            .WithSummary("Take an invitation back")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static Task<Results<CreatedReply<Invitation>, Problem>> Create(
        Room room,
        Body<NewInvitation> body,
        IdempotencyKey key,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        if (room.Kind == Room.Direct)
        {
            throw new ProblemException(Problem.Conflict("A conversation of two stays one of two."));
        }

        var (now, code) = (chat.Now, InvitationCode.Create());
        var id = Guid.CreateVersion7(now);
        var until = body.Value.Hours is { } hours ? now.AddHours(hours) : (DateTimeOffset?)null;
        var made = new Invitation(id, code, now, until, body.Value.Uses, Invitation.LinksOf(room.Id, id));
        return key.RunAsync<Invitation>(
            chat.Database,
            async unit =>
            {
                await HeldRoom.HoldAsync(unit, room.Id, caller, RoomRights.Moderate, ct);
                if (await unit.ScalarAsync<long>(CountOpen, new { Room = room.Id, Now = now }, ct) >= Most)
                {
                    return Problem.Conflict($"{room.Called} has {Most} invitations. Take one back first.");
                }

                await unit.ExecuteAsync(
                    Insert,
                    new
                    {
                        Id = id,
                        Room = room.Id,
                        Hash = InvitationCode.HashOf(code),
                        By = caller.Id,
                        Now = now,
                        Until = until,
                        Uses = (long?)body.Value.Uses,
                    },
                    ct
                );
                return Reply.Created(made.Links["self"], made, noStore: true);
            },
            ct
        );
    }

    private static async Task<PageReply<Invitation>> List(Room room, PageRequest page, Chat chat, CancellationToken ct)
    {
        var parameters = new
        {
            Room = room.Id,
            After = page.After<Keys>()?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await chat.Database.ReadAsync(r => r.QueryAsync<Row>(Select, parameters, ct), ct);
        return PageReply<Invitation>.Of(
            [
                .. rows.Select(row => new Invitation(
                    row.Id,
                    null,
                    row.CreatedAt,
                    row.ExpiresAt,
                    row.UsesLeft,
                    Invitation.LinksOf(room.Id, row.Id)
                )),
            ],
            page,
            invitation => new Keys(invitation.Id)
        );
    }

    private static async Task<Results<NoContent, Problem>> TakeBack(Room room, Guid id, Chat chat, CancellationToken ct)
    {
        var taken = await chat.Database.WriteAsync(
            unit => unit.ExecuteAsync(Delete, new { Id = id, Room = room.Id }, ct),
            ct
        );
        return taken == 0 ? Problem.NotFound() : TypedResults.NoContent();
    }
}
