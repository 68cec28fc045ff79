using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Reading;

/// <summary>That somebody is writing something.</summary>
/// <param name="Room">Where.</param>
/// <param name="Account">Who.</param>
public sealed record TypingNotice(Guid Room, Guid Account);

/// <summary>Whether the others were told that somebody is typing.</summary>
/// <param name="Told">False where they heard it a moment ago, or the room is too large.</param>
public sealed record TypingTold(bool Told);

/// <summary>Tells the others in a room that somebody is typing: may get lost, and is told every two seconds at most.</summary>
internal static class Typing
{
    private static readonly Notice<TypingNotice> Told = new(
        "typing",
        "Somebody is typing in a room: may get lost, and is told every two seconds at most."
    );

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public static void Map(LiveEvents live)
    {
        live.On<NothingMore, TypingTold>(
            "typing",
            "Tells the others in a room that one is typing.",
            MessagingPermission.Write,
            HandleLive
        );
        live.Says(Told);
    }

    private static async Task<TypingTold> HandleLive(LiveRequest request, CancellationToken ct)
    {
        var room = await request.RoomAsync(ct, RoomRights.Write);
        request.Read<NothingMore>();
        var now = request.Chat.Now;
        var key = $"typing {room.Id}";
        if (
            (request.Socket.Data.TryGetValue(key, out var last) && now - (DateTimeOffset)last! < Pause)
            || await request.Chat.Database.ReadAsync(r => Member.CountAsync(r, room.Id, ct), ct)
                > request.Chat.Options.TypingMembers
        )
        {
            return new TypingTold(false);
        }

        await request.Chat.Database.ReadAsync(
            async r =>
            {
                await Blocking.RefuseAsync(r, room, request.Caller.Id, ct);
                return true;
            },
            ct
        );
        request.Socket.Data[key] = now;
        var others = request
            .Socket.To(LiveRooms.NameOf(room.Id))
            .Except(LiveRooms.NameOfPerson(request.Caller.Id))
            .Volatile;
        await Told.SayAsync(others, new TypingNotice(room.Id, request.Caller.Id));
        return new TypingTold(true);
    }
}
