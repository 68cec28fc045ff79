using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Messaging.Rooms;

/// <summary>
/// A room that a unit of work has to itself until it ends. What is written in it gets its numbers from here: without a gap, as a unit
/// that fails gives them back, and in the order of the commits, as no other unit has the room meanwhile.
/// </summary>
internal sealed class HeldRoom
{
    // In one order, so that no two units wait for each other.
    private static readonly Sql Lock = new(
        "SELECT id FROM room WHERE id IN @Ids",
        "SELECT id FROM room WHERE id = ANY(@Ids) ORDER BY id FOR UPDATE"
    );

    private static readonly Sql Save = new(
        "UPDATE room SET last_seq = @LastSeq, last_change = @LastChange WHERE id = @Id",
        """
        UPDATE room SET last_seq = saved.last_seq, last_change = saved.last_change
        FROM unnest(@Id, @LastSeq, @LastChange) AS saved(id, last_seq, last_change) WHERE room.id = saved.id
        """
    );

    private HeldRoom(Room room, Guid account) =>
        (Room, Account, LastSeq, LastChange) = (room, account, room.LastSeq, room.LastChange);

    /// <summary>The room as it was when the unit got it.</summary>
    public Room Room { get; }

    /// <summary>Who sees it so.</summary>
    public Guid Account { get; }

    public long LastSeq { get; private set; }

    public long LastChange { get; private set; }

    /// <summary>Does something in a room, with its numbers written down at the end.</summary>
    /// <exception cref="ProblemException">403 or 404, or what the work refuses: then nothing is done.</exception>
    public static Task<T> RunAsync<T>(
        Chat chat,
        Room room,
        Caller caller,
        RoomRights needed,
        Func<IUnitOfWork, HeldRoom, Task<T>> work,
        CancellationToken ct
    ) =>
        chat.Database.WriteAsync(
            async unit =>
            {
                var held = await HoldAsync(unit, room.Id, caller, needed, ct);
                var result = await work(unit, held);
                await held.SaveAsync(unit, chat.Signals, ct);
                return result;
            },
            ct
        );

    /// <summary>Waits for the room, and looks once more whether the caller may: what the door saw, if there was one, may have changed since.</summary>
    /// <exception cref="ProblemException">403 or 404.</exception>
    public static async Task<HeldRoom> HoldAsync(
        IUnitOfWork unit,
        Guid room,
        Caller caller,
        RoomRights needed,
        CancellationToken ct
    )
    {
        var held = await HoldAsync(unit, room, caller.Id, ct) ?? throw new ProblemException(Problem.NotFound());
        held.Room.Demand(caller, needed);
        return held;
    }

    /// <summary>Waits for the room; null if there is none any more.</summary>
    public static async Task<HeldRoom?> HoldAsync(IUnitOfWork unit, Guid room, Guid account, CancellationToken ct) =>
        await HoldEachAsync(unit, [(room, account)], ct) is [var held] ? held : null;

    /// <summary>Waits for several rooms; of those that there are, each as one person sees it, in the order in which they are asked for.</summary>
    public static async Task<IReadOnlyList<HeldRoom>> HoldEachAsync(
        IUnitOfWork unit,
        IReadOnlyCollection<(Guid Id, Guid Account)> asked,
        CancellationToken ct
    )
    {
        var ids = asked.Select(one => one.Id).Distinct();
        var there = (await unit.QueryAsync<Guid>(Lock, new { Ids = new IdList(ids) }, ct)).ToHashSet();
        var left = asked.Where(one => there.Contains(one.Id)).ToList();
        var found = await Room.FindEachAsync(unit, left, ct);
        return [.. found.Zip(left, (room, one) => new HeldRoom(room, one.Account))];
    }

    public long NextSeq() => ++LastSeq;

    public long NextChange() => ++LastChange;

    /// <summary>Several numbers at once, the first of which is given.</summary>
    public long NextChanges(long count)
    {
        var first = LastChange + 1;
        LastChange += count;
        return first;
    }

    /// <summary>Writes the numbers down; once that is committed, whoever is in the room hears of it.</summary>
    public Task SaveAsync(IUnitOfWork unit, RoomSignals signals, CancellationToken ct) =>
        SaveEachAsync(unit, signals, [this], static held => held.News, ct);

    /// <summary>Writes the numbers of several rooms down, with what those who are in them are told.</summary>
    public static async Task SaveEachAsync(
        IUnitOfWork unit,
        RoomSignals signals,
        IReadOnlyCollection<HeldRoom> rooms,
        Func<HeldRoom, RoomNews> tell,
        CancellationToken ct
    )
    {
        var numbers = rooms.Select(held => new
        {
            held.Room.Id,
            held.LastSeq,
            held.LastChange,
        });
        await unit.ExecuteEachAsync(Save, [.. numbers], ct);
        foreach (var held in rooms)
        {
            unit.OnCommitted(() => signals.Raise(tell(held)));
        }
    }

    private RoomNews News => new(Room.Id, LastSeq, LastChange);
}
