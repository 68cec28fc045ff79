using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;
using Sillage.SocketIO;
using Sillage.Storage;

namespace Sillage.Messaging.Feed;

/// <summary>
/// The rooms that live clients of this process are in. A wake-up says that there is something, and what it is gets read from storage from
/// where this process stands, in order. So nobody hears anything twice or in the wrong order, a message that was sent in another process is not
/// lost with its wake-up, and whoever was kicked is out before the messages that come after (docs/adr/0127-live-rooms-read-from-storage.md). Only
/// what was committed here and is by its numbers the very next is said without being read
/// (docs/adr/0173-what-was-just-committed-is-not-read-again.md).
/// </summary>
internal sealed partial class LiveRooms : IDisposable
{
    public const string Namespace = "/chat";
    public const string Wake = "wake";
    public const string Settle = "settle";
    public const string Enter = "enter";

    private readonly ConcurrentDictionary<Guid, LiveRoom> _rooms = new();
    private readonly Chat _chat;
    private readonly SocketIOServer _server;
    private readonly ILogger<LiveRooms> _log;

    public LiveRooms(Chat chat, SocketIOServer server, ProcessDoor door, ILogger<LiveRooms> log)
    {
        (_chat, _server, _log) = (chat, server, log);
        door.Rooms = this;
        chat.Signals.Raised += OnRaised;
    }

    public static string NameOf(Guid room) => $"room:{room}";

    public static string NameOfPerson(Guid account) => $"user:{account}";

    private SocketNamespace Sockets => _server.Of(Namespace);

    public void Dispose() => _chat.Signals.Raised -= OnRaised;

    /// <summary>
    /// Lets a client hear a room, if its person is a member. Membership is looked at while nothing is sent there: who is kicked
    /// at the same time is either not let in, or taken out before anything that comes after.
    /// </summary>
    /// <returns>The room; null if the person is none of its members.</returns>
    public async Task<Room?> SubscribeAsync(ClientSocket socket, Guid account, Guid id, CancellationToken ct)
    {
        var live = _rooms.GetOrAdd(id, static key => new LiveRoom(key));
        await live.Gate.WaitAsync(ct);
        try
        {
            var room = await _chat.Database.ReadAsync(r => Room.FindAsync(r, id, account, ct), ct);
            if (room is not { IsMember: true })
            {
                socket.Leave(NameOf(id));
                return null;
            }

            if (live.IsIdle)
            {
                (live.Seq, live.Change, live.IsIdle) = (room.LastSeq, room.LastChange, false);
            }

            socket.Join(NameOf(id));
            return room;
        }
        finally
        {
            live.Gate.Release();
        }
    }

    /// <summary>Whether somebody who is connected to this process hears a room, or did a moment ago.</summary>
    public bool IsHeard(Guid room) => _rooms.TryGetValue(room, out var live) && !live.IsIdle;

    /// <summary>Lets all clients of a person hear a room that he is in now, in every process.</summary>
    public async Task EnterAsync(Guid account, Guid room)
    {
        await EnterHereAsync(account, room);
        await TellAsync(Enter, new EnterNote(account, room));
    }

    /// <summary>Says something to all clients of a person, in every process.</summary>
    public ValueTask TellPersonAsync<T>(Guid account, Notice<T> notice, T value) =>
        notice.SayAsync(Sockets.To(NameOfPerson(account)), value);

    public async Task EnterHereAsync(Guid account, Guid room)
    {
        foreach (var socket in Sockets.To(NameOfPerson(account)).Local.LocalSockets())
        {
            if (
                !socket.Rooms.Contains(NameOf(room)) && await SubscribeAsync(socket, account, room, default) is not null
            )
            {
                await RoomNotices.Joined.SayAsync(socket, new RoomNotice(room));
            }
        }
    }

    /// <summary>
    /// Ends when all that is committed in a room has had its effect on those who hear it, in every process that can be reached:
    /// whoever was kicked is out then.
    /// </summary>
    public async Task SettleAsync(Guid room)
    {
        await DrainAsync(room);
        try
        {
            await Sockets.ServerSideEmitWithAckAsync<bool>(Settle, room);
        }
        catch (TimeoutException e)
        {
            // It looks into storage within a second by itself.
            LogNotSettled(_log, e, room);
        }
    }

    /// <summary>Sends what is new in a room to those of this process who hear it.</summary>
    public async Task DrainAsync(Guid id)
    {
        if (_rooms.TryGetValue(id, out var live))
        {
            await DrainAsync(live, mustRead: true);
        }
    }

    private async Task DrainAsync(LiveRoom live, bool mustRead)
    {
        await live.Gate.WaitAsync();
        try
        {
            live.IsAsked = false;
            if (!await SayNewsAsync(live) || mustRead)
            {
                while (await SendPageAsync(live)) { }
            }
        }
        finally
        {
            live.Gate.Release();
        }
    }

    /// <summary>Looks at every room that is heard here for what no wake-up told of.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        foreach (var ids in _rooms.Values.Where(live => !live.IsIdle).Select(live => live.Id).Chunk(500))
        {
            var numbers = await _chat.Database.ReadAsync(
                r => r.QueryAsync<RoomNumbers>(RoomNumbers.Select, new { Ids = new IdList(ids) }, ct),
                ct
            );
            foreach (var now in numbers)
            {
                if (
                    _rooms.TryGetValue(now.Id, out var live) && (live.Seq < now.LastSeq || live.Change < now.LastChange)
                )
                {
                    await DrainAsync(now.Id);
                }
            }

            // Those that were deleted.
            foreach (var gone in ids.Except(numbers.Select(room => room.Id)))
            {
                await DrainAsync(gone);
            }
        }
    }

    private sealed record RoomNumbers(Guid Id, long LastSeq, long LastChange)
    {
        public static readonly Sql Select = new(
            "SELECT id, last_seq, last_change FROM room WHERE id IN @Ids",
            "SELECT id, last_seq, last_change FROM room WHERE id = ANY(@Ids)"
        );
    }

    private void OnRaised(RoomNews news)
    {
        if (_rooms.TryGetValue(news.Room, out var live) && !live.IsIdle)
        {
            live.Add(news);
            if (!live.IsAsked)
            {
                live.IsAsked = true;
                _ = DrainSafelyAsync(live, mustRead: false);
            }
        }

        _ = TellAsync(Wake, news.Room);
    }

    /// <summary>Another process has committed something.</summary>
    public void OnWake(Guid room)
    {
        if (_rooms.TryGetValue(room, out var live) && !live.IsIdle)
        {
            _ = DrainSafelyAsync(live, mustRead: true);
        }
    }

    private async Task DrainSafelyAsync(LiveRoom live, bool mustRead)
    {
#pragma warning disable CA1031 // The edge: what was not sent now is found by the next look into storage.
        try
        {
            // Away from the thread that committed.
            await Task.Yield();
            await DrainAsync(live, mustRead);
        }
        catch (Exception e)
        {
            LogNotSent(_log, e, live.Id);
        }
#pragma warning restore CA1031
    }

    private async Task TellAsync(string what, object about)
    {
#pragma warning disable CA1031 // The edge: the others look into storage within a second by themselves.
        try
        {
            await Sockets.ServerSideEmitAsync(what, about);
        }
        catch (Exception e)
        {
            LogNotTold(_log, e, what);
        }
#pragma warning restore CA1031
    }

    /// <summary>Says what was committed here, as far as it is the very next.</summary>
    /// <returns>False if there is something else, which is in storage.</returns>
    private async Task<bool> SayNewsAsync(LiveRoom live)
    {
        var hearers = Sockets.To(NameOf(live.Id)).Local;
        var isAll = true;
        foreach (var news in live.TakeNews())
        {
            if (live.IsIdle || news.IsKnownAt(live.Seq, live.Change))
            {
                continue;
            }

            if (news is not CommittedMessages said || !said.Follow(live.Seq, live.Change))
            {
                isAll = false;
                continue;
            }

            foreach (var message in said.Messages)
            {
                await RoomNotices.New.SayAsync(hearers, message);
            }

            live.Seq = news.LastSeq;
        }

        return isAll;
    }

    private async Task<bool> SendPageAsync(LiveRoom live)
    {
        var hearers = Sockets.To(NameOf(live.Id)).Local;
        if (live.IsIdle || hearers.LocalSockets().Count == 0)
        {
            live.IsIdle = true;
            return false;
        }

        var (room, missed) = await _chat.Database.ReadAsync(r => ReadAsync(r, live), CancellationToken.None);
        if (room is null || missed is null)
        {
            // It is gone: there is nobody to tell anything, and nothing.
            await RoomNotices.Left.SayAsync(hearers, new RoomNotice(live.Id));
            await hearers.LeaveAsync(NameOf(live.Id));
            live.IsIdle = true;
            return false;
        }

        await EvictAsync(live.Id, missed.Members);
        foreach (var message in missed.Messages)
        {
            await RoomNotices.New.SayAsync(hearers, message);
        }

        if (missed.HasChanges)
        {
            await RoomNotices.Changes.SayAsync(hearers, RoomChanges.Of(room, live.Change, missed));
        }

        (live.Seq, live.Change) = (missed.Seq, missed.Change);
        return missed.More;
    }

    private async Task<(Room? Room, Missed? Missed)> ReadAsync(IReader reader, LiveRoom live)
    {
        var room = await Room.FindAsync(reader, live.Id, Guid.Empty, default);
        return room is null
            ? (null, null)
            : (room, await Missed.ReadAsync(reader, room, live.Seq, live.Change, _chat.Options.CatchUpPage, default));
    }

    private async Task EvictAsync(Guid room, IReadOnlyList<Member> members)
    {
        foreach (var gone in members.Where(member => member.State != Member.In))
        {
            foreach (var socket in Sockets.To(NameOfPerson(gone.AccountId)).Local.LocalSockets())
            {
                if (socket.Leave(NameOf(room)))
                {
                    await RoomNotices.Left.SayAsync(socket, new RoomNotice(room));
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "What is new in the room {Room} was not sent; it is looked for again.")]
    private static partial void LogNotSent(ILogger logger, Exception e, Guid room);

    [LoggerMessage(LogLevel.Warning, "Another process did not say that the room {Room} is as it should be there.")]
    private static partial void LogNotSettled(ILogger logger, Exception e, Guid room);

    [LoggerMessage(LogLevel.Debug, "Other processes were not told ({What}).")]
    private static partial void LogNotTold(ILogger logger, Exception e, string what);
}

/// <summary>How far this process has sent a room to those who hear it.</summary>
internal sealed class LiveRoom(Guid id)
{
    private const int MostNews = 100;

    private readonly Lock _lock = new();
    private List<RoomNews> _news = [];
    private bool _isAsked;

    public Guid Id => id;

    /// <summary>Held while something is sent, or somebody let in.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    public long Seq { get; set; }

    public long Change { get; set; }

    /// <summary>Whether nobody hears it: then the numbers mean nothing.</summary>
    public bool IsIdle { get; set; } = true;

    /// <summary>Puts by what was committed here; where much is put by, storage has it as well.</summary>
    public void Add(RoomNews news)
    {
        lock (_lock)
        {
            if (_news.Count == MostNews)
            {
                _news = [RoomNews.Unknown(id)];
            }

            _news.Add(news);
        }
    }

    /// <summary>What was put by, in the order of its numbers.</summary>
    public IReadOnlyList<RoomNews> TakeNews()
    {
        lock (_lock)
        {
            if (_news.Count == 0)
            {
                return [];
            }

            var taken = _news;
            _news = [];
            taken.Sort(static (one, other) => one.LastSeq.CompareTo(other.LastSeq));
            return taken;
        }
    }

    /// <summary>Whether somebody is on the way to send what is new.</summary>
    public bool IsAsked
    {
        get => Volatile.Read(ref _isAsked);
        set => Volatile.Write(ref _isAsked, value);
    }
}

/// <summary>What other processes are told when somebody has come into a room.</summary>
internal sealed record EnterNote(Guid Account, Guid Room);

/// <summary>Where what other processes say comes in: it is mapped before there are services.</summary>
internal sealed class ProcessDoor
{
    public LiveRooms? Rooms { get; set; }
}
