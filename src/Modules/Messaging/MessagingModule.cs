using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Accounts.Contracts.Erasures;
using Sillage.Api.Access;
using Sillage.Files;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Pages;
using Sillage.Hosting.Settings;
using Sillage.Hosting.SocketIO;
using Sillage.Hosting.Verbs;
using Sillage.Messaging.Conversations;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Import;
using Sillage.Messaging.Members;
using Sillage.Messaging.Messages;
using Sillage.Messaging.Moderation;
using Sillage.Messaging.PersonalData;
using Sillage.Messaging.Presence;
using Sillage.Messaging.Reading;
using Sillage.Messaging.Retention;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Searching;
using Sillage.Messaging.Talk;
using Sillage.Messaging.Threads;
using Sillage.Messaging.Unread;
using Sillage.Messaging.Verbs;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Messaging;

/// <summary>Rooms and conversations, by REST and live side by side.</summary>
public sealed class MessagingModule : IModule
{
    /// <inheritdoc />
    public string Name => "messaging";

    /// <inheritdoc />
    public IReadOnlyList<Permission> Permissions => MessagingPermission.All;

    /// <inheritdoc />
    public IReadOnlyList<ConsolePage> Pages { get; } =
    [
        new("chat", 30, "Chat", "Discussion") { For = [MessagingPermission.Read], Elsewhere = ChatPage.Address },
        new("rooms", 31, "Rooms", "Salons") { For = [MessagingPermission.ManageAllRooms] },
    ];

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<MessagingData>(Name, parts: [FilesRegistration.Tables], moved: [MessageIndex.Moved]);
        services.AddFiles<MessagingData, RoomFileReaders>(MessageFiles.Path);
        services.AddSettings<MessagingOptions>("Messaging");
        services.AddSingleton<RoomSignals>();
        services.AddSingleton<Chat>();
        services.AddSingleton<PersonLimits>();
        services.AddTransient<MessageImport>();
        services.AddSingleton<MessageQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<MessageQueue>());
        services.AddSingleton<MessageHtml>();
        var door = new ProcessDoor();
        services.AddSingleton(door);
        services.AddSingleton<LiveRooms>();
        var document = new LiveDocument(
            LiveRooms.Namespace,
            "Rooms and conversations, side by side with /api/v1/rooms."
        );
        services.AddSingleton(document);
        services.AddNamespaces(live => ChatNamespace.Define(live, door, document));
        services.AddWork<MessagingData, LookForNews, NewsWork>(
            (work, _) => (work.Every, work.InEveryProcess) = (TimeSpan.FromSeconds(1), true)
        );
        services.AddSingleton<PresenceLedger>();
        services.AddSingleton<LivePresence>();
        services.AddWork<MessagingData, KeepPresence, PresenceWork>(
            (work, _) => (work.Every, work.InEveryProcess) = (TimeSpan.FromSeconds(1), true)
        );
        services.AddUnreadKinds();
        services.AddWork<MessagingData, TellUnread, TellUnreadWork>((work, _) => work.Every = TimeSpan.FromSeconds(5));
        services.AddWork<MessagingData, RemoveOld, Keeping>(
            (work, _) => (work.Every, work.AtStart) = (TimeSpan.FromHours(1), true)
        );
        services.AddWork<MessagingData, RemoveRoom, RemoveRoomWork>();
        services.AddWork<MessagingData, IndexMessages, IndexMessagesWork>(
            (work, _) => (work.Every, work.AtStart) = (TimeSpan.FromDays(1), true)
        );
        services.AddPersonalData<MessagingData, MessagingPersonalData>();
    }

    /// <inheritdoc />
    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var rooms = routes.MapGroup("/api/v1/rooms").WithTags("Rooms");
        CreateRoom.Map(rooms);
        ListRooms.Map(rooms);
        SyncRooms.Map(rooms);
        AcceptInvitation.Map(rooms);
        ListUnread.Map(rooms);

        var gate = new RoomGate(routes.ServiceProvider.GetRequiredService<IDatabase<MessagingData>>());
        var room = routes.MapGroup("/api/v1/rooms/{room}").WithMetadata(gate).WithTags("Rooms");
        ReadRoom.Map(room);
        ChangeRoom.Map(room);
        DeleteRoom.Map(room);
        MarkRead.Map(room);

        var members = room.MapGroup("").WithTags("Members");
        JoinRoom.Map(members);
        ListMembers.Map(members);
        PutMember.Map(members);
        RemoveMember.Map(members);
        Invite.Map(members);

        var order = room.MapGroup("").WithTags("Moderation");
        BanMember.Map(order);
        MuteMember.Map(order);
        ReportMessage.Map(order);
        ListReports.Map(order, routes.MapGroup("/api/v1/message-reports").WithTags("Moderation"));
        ListModeration.Map(order);

        var messages = room.MapGroup("/messages").WithTags("Messages");
        SendMessage.Map(messages);
        ListMessages.Map(messages);
        ReadMessage.Map(messages);
        EditMessage.Map(messages);
        DeleteMessage.Map(messages);
        React.Map(messages);
        SearchMessages.Map(routes.MapGroup("/api/v1/messages").WithTags("Messages"), messages);
        routes.MapFiles<MessagingData>(MessagingPermission.Write, "Messages");

        var conversations = routes.MapGroup("/api/v1/conversations").WithTags("Conversations");
        var threads = room.MapGroup("/threads").WithTags("Threads");
        ReadThreads.Map(threads);
        MarkThreadRead.Map(threads);

        OpenConversation.Map(conversations);
        FindPerson.Map(conversations);
        ShowPresence.Map(routes.MapGroup("/api/v1/presence").WithTags("Presence"));
        BlockPerson.Map(routes.MapGroup("/api/v1/blocks").WithTags("Conversations"));
        ChatPage.Map(routes);
    }

    /// <inheritdoc />
    public IReadOnlyList<Command> CreateVerbs(IVerbHost host) => [MessagesVerbs.Create(host)];
}
