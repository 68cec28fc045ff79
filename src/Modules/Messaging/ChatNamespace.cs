using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Members;
using Sillage.Messaging.Messages;
using Sillage.Messaging.Presence;
using Sillage.Messaging.Reading;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Threads;
using Sillage.SocketIO;

namespace Sillage.Messaging;

/// <summary>The namespace <c>/chat</c>: what clients may ask for live. Each event carries one object and is acknowledged by one.</summary>
internal static class ChatNamespace
{
    public static void Define(SocketIOBuilder live, ProcessDoor door, LiveDocument document)
    {
        var chat = live.Of(LiveRooms.Namespace)
            .RequireAuthorization(MessagingPermission.Read.Name)
            // Clients catch up by what they have, not by what a process remembers of them.
            .UseRecovery(null)
            .OnConnection(ConnectAsync)
            .OnDisconnect((ClientSocket socket, LivePresence presence) => presence.OnDisconnected(socket));
        MapProcesses(chat, door);

        var events = new LiveEvents(chat, document, "room", "The id or the slug of a room.");
        SyncRooms.Map(events);
        JoinRoom.Map(events);
        AcceptInvitation.Map(events);
        RemoveMember.Map(events);
        BanMember.Map(events);
        SendMessage.Map(events);
        EditMessage.Map(events);
        DeleteMessage.Map(events);
        React.Map(events);
        MarkRead.Map(events);
        Typing.Map(events);
        ShowPresence.Map(events);
        MarkThreadRead.Map(events);
    }

    private static async Task ConnectAsync(
        ClientSocket socket,
        Chat chat,
        LiveRooms rooms,
        LivePresence presence,
        CancellationToken ct
    )
    {
        var caller = socket.Caller()!;
        presence.OnConnected(socket);
        socket.Join(LiveRooms.NameOfPerson(caller.Id));
        foreach (var room in await CatchUp.RoomsOfAsync(chat, caller.Id, ct))
        {
            await rooms.SubscribeAsync(socket, caller.Id, room, ct);
        }
    }

    /// <summary>What processes tell each other.</summary>
    private static void MapProcesses(NamespaceBuilder chat, ProcessDoor door)
    {
        chat.OnServerSideEmit(
            LiveRooms.Wake,
            (_, arguments) =>
            {
                door.Rooms?.OnWake(arguments.Get<Guid>(0));
                return default;
            }
        );
        chat.OnServerSideEmit(
            LiveRooms.Settle,
            async (_, arguments) =>
            {
                await (door.Rooms?.DrainAsync(arguments.Get<Guid>(0)) ?? Task.CompletedTask);
                return true;
            }
        );
        chat.OnServerSideEmit(
            LiveRooms.Enter,
            async (_, arguments) =>
            {
                if (arguments.Get<EnterNote>(0) is { } note && door.Rooms is { } rooms)
                {
                    await rooms.EnterHereAsync(note.Account, note.Room);
                }

                return null;
            }
        );
    }
}
