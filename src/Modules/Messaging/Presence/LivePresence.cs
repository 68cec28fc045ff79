using Sillage.Hosting.Processes;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Feed;
using Sillage.Messaging.Rooms;
using Sillage.SocketIO;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Messaging.Presence;

/// <summary>Keeps the presence of who is connected to this process, and tells them of the others.</summary>
internal sealed record KeepPresence : IRecurringJob
{
    public static string Kind => "presence.keep";
}

/// <inheritdoc cref="KeepPresence"/>
internal sealed class PresenceWork(LivePresence presence) : IWork<KeepPresence>
{
    public async Task<WorkResult> RunAsync(KeepPresence job, WorkRun run, CancellationToken ct)
    {
        await presence.BeatAsync(ct);
        return WorkResult.Done;
    }
}

/// <summary>
/// The people who are connected to this process by <c>/chat</c>: counted in memory, written together once a second where something has
/// changed, and told to this process's clients from what storage says, whichever process wrote it.
/// </summary>
internal sealed class LivePresence(
    Chat chat,
    LiveRooms rooms,
    SocketIOServer server,
    PresenceLedger ledger,
    ProcessInstance instance
)
{
    /// <summary>How others hear of it.</summary>
    public static Notice<PersonPresence> Told { get; } =
        new("presence", "Somebody with whom one shares a room, not a large one, has come, gone or is away.");

    /// <summary>The most rooms of one person that are told of a change.</summary>
    private const int MostRooms = 100;

    private const int Page = 500;

    private static readonly Sql Sizes = new(
        "SELECT room_id FROM member WHERE state = 'in' AND room_id IN @Ids GROUP BY room_id HAVING COUNT(*) <= @Most",
        "SELECT room_id FROM member WHERE state = 'in' AND room_id = ANY(@Ids) GROUP BY room_id HAVING COUNT(*) <= @Most"
    );

    private const string RoomsOf =
        "SELECT room_id FROM member WHERE account_id = @Account AND state = 'in' ORDER BY room_id";

    private const string Apart = """
        SELECT blocked_id FROM block WHERE account_id = @Account UNION SELECT account_id FROM block WHERE blocked_id = @Account
        """;

    private readonly ConnectedPeople _people = new(chat.Options.PresenceLinger, chat.Clock);
    private DateTimeOffset _renewedAt;
    private bool _isHeld;
    private long? _told;

    public void OnConnected(ClientSocket socket) => Set(socket, isAway: false);

    public void OnDisconnected(ClientSocket socket)
    {
        if (socket.Caller() is { } caller)
        {
            _people.Remove(caller.Id, socket.Id);
        }
    }

    /// <summary>A connection says whether its person is away.</summary>
    /// <returns>What the person's connections to this process come to.</returns>
    public string Set(ClientSocket socket, bool isAway)
    {
        var state = _people.Put(socket.Caller()!.Id, socket.Id, isAway);

        // It may have ended meanwhile, and is not to stay for that.
        if (!socket.IsConnected)
        {
            OnDisconnected(socket);
        }

        return state;
    }

    /// <summary>Writes what has changed here, and tells what has changed anywhere.</summary>
    public async Task BeatAsync(CancellationToken ct)
    {
        _told ??= await ledger.VersionAsync(ct);
        var (changed, isExpired) = await ledger.LookAsync(_told.Value, Page, ct);
        await WriteAsync(isExpired, ct);
        while (changed.Count > 0)
        {
            foreach (var row in changed)
            {
                await TellAsync(row, ct);
                _told = row.Version;
            }

            changed = changed.Count < Page ? [] : (await ledger.LookAsync(_told.Value, Page, ct)).Changed;
        }
    }

    private async Task WriteAsync(bool isExpired, CancellationToken ct)
    {
        while (true)
        {
            var due = _people.Due(Page);
            var isEmpty = _people.IsEmpty;
            var isTime = _isHeld && chat.Now - _renewedAt >= chat.Options.PresenceLease / 3;
            if (due.Count == 0 && !isExpired && (isEmpty || !isTime))
            {
                _isHeld &= !isEmpty;
                return;
            }

            var until = isEmpty ? (DateTimeOffset?)null : chat.Now + chat.Options.PresenceLease;
            var wasThere = await ledger.WriteAsync(instance.Tag, until, due, ct);
            if (!wasThere && _isHeld)
            {
                _people.ForgetWritten();
            }

            _people.OnWritten(due);
            (_renewedAt, _isHeld, isExpired) = (chat.Now, until is not null, false);
        }
    }

    private async Task TellAsync(PresenceRow row, CancellationToken ct)
    {
        var (heard, apart) = await chat.Database.ReadAsync(
            async reader =>
            {
                var mine = await reader.QueryAsync<Guid>(RoomsOf, new { Account = row.AccountId }, ct);
                var here = mine.Where(rooms.IsHeard).ToList();
                if (here.Count == 0)
                {
                    return ([], []);
                }

                var small = await reader.QueryAsync<Guid>(
                    Sizes,
                    new { Ids = new IdList(here), Most = (long)chat.Options.PresenceMembers },
                    ct
                );
                return (small, await reader.QueryAsync<Guid>(Apart, new { Account = row.AccountId }, ct));
            },
            ct
        );
        if (heard.Count == 0)
        {
            return;
        }

        var hearers = server
            .Of(LiveRooms.Namespace)
            .To([.. heard.Take(MostRooms).Select(LiveRooms.NameOf)])
            .Except([.. apart.Append(row.AccountId).Select(LiveRooms.NameOfPerson)])
            .Local;
        await Told.SayAsync(hearers, PersonPresence.Of(row.AccountId, row.State, row.IsHidden, row.LastSeenAt));
    }
}
