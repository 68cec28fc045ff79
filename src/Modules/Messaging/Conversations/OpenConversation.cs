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
using Sillage.Messaging.Feed;
using Sillage.Messaging.Rooms;
using Sillage.Storage;

namespace Sillage.Messaging.Conversations;

/// <summary>A conversation to open.</summary>
/// <param name="With">The accounts of the others: one for a conversation of two, more (at most 100) for a group.</param>
/// <param name="Name">The name of a group, at most 200 characters.</param>
public sealed record NewConversation(
    [property: Required, MinLength(1), MaxLength(100)] IReadOnlyList<Guid> With,
    [property: StringLength(200)] string? Name = null
);

/// <summary>Opens conversations, of which there is one between two people, and lists one's own.</summary>
internal static class OpenConversation
{
    private const string Insert = """
        INSERT INTO room (id, name, kind, visibility, pair, created_at) VALUES (@Id, @Name, @Kind, 'private', @Pair, @Now)
        """;

    private const string OfPair = "SELECT id FROM room WHERE pair = @Pair";

    private const string Mine = $"""
        {Room.Select} WHERE m.state = 'in' AND r.kind <> 'room' AND r.id > @After ORDER BY r.id LIMIT @Limit
        """;

    private sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder conversations)
    {
        conversations
            .MapPost("/", Open)
            .RequirePermission(MessagingPermission.Write)
            .WithSummary("Open a conversation")
            .WithDescription(
                "With one other: the conversation that the two of you have, made if there is none. With more: a new group, which the caller owns. It is a room as any other, private, at `/api/v1/rooms/{id}`."
            )
            .WithRequestExample(new NewConversation([Guid.Empty]))
            .WithReplyExample(RoomResource.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        conversations
            .MapGet("/", List)
            .RequirePermission(MessagingPermission.Read)
            .WithSummary("List conversations")
            .WithReplyExample(new Page<RoomResource>([RoomResource.Example], null));
    }

    private static async Task<Results<CreatedReply<RoomResource>, Problem>> Open(
        Body<NewConversation> body,
        IdempotencyKey key,
        Caller caller,
        Chat chat,
        LiveRooms live,
        PersonLimits limits,
        CancellationToken ct
    )
    {
        var others = body.Value.With.Where(account => account != caller.Id).Distinct().Order().ToList();
        if (others.Count == 0)
        {
            return Problem.BadRequest(
                "A conversation is with somebody else.",
                new FieldError("/with", "Other accounts than your own.")
            );
        }

        var known = await chat.Accounts.FindAsync(others, ct);
        if (others.FirstOrDefault(account => !known.ContainsKey(account)) is var missing && missing != Guid.Empty)
        {
            return Problem.NotFound($"There is no account {missing}.");
        }

        var id = Guid.CreateVersion7(chat.Now);
        var pair = others.Count == 1 ? string.Join(' ', new[] { caller.Id, others[0] }.Order()) : null;
        var reply = await key.RunAsync<RoomResource>(
            chat.Database,
            async unit =>
            {
                if (pair is not null)
                {
                    await unit.LockAsync(pair, ct);
                }

                var room = await OpenAsync(unit, id, pair, others, body.Value.Name ?? "", caller, chat, limits, ct);
                key.Names(others);
                return Reply.Created(RoomResource.AddressOf(room.Id), RoomResource.Of(room, caller));
            },
            ct
        );
        if (
            reply.Result is CreatedReply<RoomResource> created
            && Guid.TryParse(created.Location.Split('/')[^1], out var opened)
        )
        {
            foreach (var account in others.Append(caller.Id))
            {
                await live.EnterAsync(account, opened);
            }
        }

        return reply;
    }

    private static async Task<Room> OpenAsync(
        IUnitOfWork unit,
        Guid id,
        string? pair,
        List<Guid> others,
        string name,
        Caller caller,
        Chat chat,
        PersonLimits limits,
        CancellationToken ct
    )
    {
        if (pair is not null && await unit.ScalarAsync<Guid?>(OfPair, new { Pair = pair }, ct) is { } known)
        {
            return (await Room.FindAsync(unit, known, caller.Id, ct))!;
        }

        foreach (var other in others)
        {
            if (await Blocking.AreApartAsync(unit, caller.Id, other, ct))
            {
                throw new ProblemException(Problem.Forbidden("One of you has blocked the other."));
            }
        }

        // Others find themselves in what is made: one person must not fill the rooms that they may be in.
        if (limits.RefuseRoom(caller.Id) is { } tooMany)
        {
            throw new ProblemException(tooMany);
        }

        await unit.ExecuteAsync(
            Insert,
            new
            {
                Id = id,
                Name = pair is null ? name : "",
                Kind = pair is null ? Room.Group : Room.Direct,
                Pair = pair,
                chat.Now,
            },
            ct
        );
        var held = (await HeldRoom.HoldAsync(unit, id, caller.Id, ct))!;
        var role = pair is null ? Member.Owner : Member.Ordinary;
        await Entry.TakeInAsync(unit, held, caller.Id, role, chat, ct);
        foreach (var other in others)
        {
            await Entry.TakeInAsync(unit, held, other, Member.Ordinary, chat, ct);
        }

        await held.SaveAsync(unit, chat.Signals, ct);
        return (await Room.FindAsync(unit, id, caller.Id, ct))!;
    }

    private static async Task<PageReply<RoomResource>> List(
        PageRequest page,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Account = caller.Id,
            After = page.After<Keys>()?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await chat.Database.ReadAsync(r => r.QueryAsync<Room>(Mine, parameters, ct), ct);
        return PageReply<RoomResource>.Of(
            [.. rows.Select(row => RoomResource.Of(row, caller))],
            page,
            room => new Keys(room.Id)
        );
    }
}
