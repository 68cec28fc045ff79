using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Unread;

namespace Sillage.Messaging.Reading;

/// <summary>How far somebody has read, or from where on he means to read again.</summary>
/// <param name="Seq">The place of the last message that was read.</param>
/// <param name="UnreadFrom">The place of the first message to be marked as unread. One of the two.</param>
public sealed record ReadMark(
    [property: Range(0, long.MaxValue)] long? Seq = null,
    [property: Range(1, long.MaxValue)] long? UnreadFrom = null
) : IValidatableObject
{
    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Seq is null == UnreadFrom is null)
        {
            yield return new ValidationResult("Either 'seq' or 'unreadFrom'.", [nameof(Seq)]);
        }
    }
}

/// <summary>Moves the caller's cursor in a room, and tells his other devices.</summary>
internal static class MarkRead
{
    private static readonly Notice<ReadingState> Told = new(
        "reading",
        "One of one's own devices has read in a room: what is unread there now."
    );

    private const string Update = """
        UPDATE member SET read_seq = @ReadSeq, unread_from = @UnreadFrom, change = @Change
        WHERE room_id = @Room AND account_id = @Account
        """;

    public static void Map(RouteGroupBuilder room)
    {
        room.MapPost("/read", Mark)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.TakePart)
            .WithSummary("Mark as read, or as unread")
            .WithDescription(
                "The cursor never goes back: a place before it changes nothing. What is marked as unread counts as unread until the cursor is set again."
            )
            .WithRequestExample(new ReadMark(42))
            .WithReplyExample(ReadingState.Example);
        room.MapGet("/read", Show)
            .RequirePermission(MessagingPermission.Read)
            .RequireRight(RoomRights.TakePart)
            .WithSummary("Read what is unread")
            .WithReplyExample(ReadingState.Example);
    }

    public static void Map(LiveEvents live)
    {
        live.On<ReadMark, ReadingState>(
            "read",
            "Moves the cursor in a room, or marks as unread.",
            MessagingPermission.Read,
            HandleLive
        );
        live.Says(Told);
    }

    private static async Task<Reply<ReadingState>> Mark(
        Room room,
        Body<ReadMark> body,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    ) => Reply.Ok(await RunAsync(room, body.Value, caller, chat, live, ct));

    private static async Task<Reply<ReadingState>> Show(Room room, Caller caller, Chat chat, CancellationToken ct) =>
        Reply.Ok(await chat.Database.ReadAsync(r => ReadingState.OfAsync(r, room, caller.Id, ct), ct));

    private static async Task<ReadingState> HandleLive(LiveRequest request, CancellationToken ct)
    {
        var room = await request.RoomAsync(ct, RoomRights.TakePart);
        return await RunAsync(
            room,
            request.Read<ReadMark>(),
            request.Caller,
            request.Chat,
            request.Service<LiveRooms>(),
            ct
        );
    }

    private static async Task<ReadingState> RunAsync(
        Room room,
        ReadMark mark,
        Caller caller,
        Chat chat,
        LiveRooms live,
        CancellationToken ct
    )
    {
        var state = await HeldRoom.RunAsync(
            chat,
            room,
            caller,
            RoomRights.TakePart,
            async (unit, held) =>
            {
                var before = held.Room;
                var read = Math.Max(before.ReadSeq ?? 0, Math.Min(mark.Seq ?? 0, before.LastSeq));
                var unread = mark.UnreadFrom is { } from ? Math.Min(from, before.LastSeq + 1) : (long?)null;
                if (read != before.ReadSeq || unread != before.UnreadFrom)
                {
                    await unit.ExecuteAsync(
                        Update,
                        new
                        {
                            ReadSeq = read,
                            UnreadFrom = unread,
                            Change = held.NextChange(),
                            Room = room.Id,
                            Account = caller.Id,
                        },
                        ct
                    );
                    await UnreadNotices.SettleAsync(unit, room.Id, caller.Id, ct);
                }

                return await ReadingState.OfAsync(
                    unit,
                    before with
                    {
                        ReadSeq = read,
                        UnreadFrom = unread,
                    },
                    caller.Id,
                    ct
                );
            },
            ct
        );
        await live.TellPersonAsync(caller.Id, Told, state);
        return state;
    }
}
