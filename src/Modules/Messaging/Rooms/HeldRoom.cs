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
    private static readonly Sql Lock = new("SELECT 1", "SELECT 1 FROM room WHERE id = @Id FOR UPDATE");

    private const string Save = "UPDATE room SET last_seq = @LastSeq, last_change = @LastChange WHERE id = @Id";

    private HeldRoom(Room room) => (Room, LastSeq, LastChange) = (room, room.LastSeq, room.LastChange);

    /// <summary>The room as it was when the unit got it.</summary>
    public Room Room { get; }

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
    public static async Task<HeldRoom?> HoldAsync(IUnitOfWork unit, Guid room, Guid account, CancellationToken ct)
    {
        await unit.ScalarAsync<long?>(Lock, new { Id = room }, ct);
        return await Room.FindAsync(unit, room, account, ct) is { } found ? new HeldRoom(found) : null;
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
    public async Task SaveAsync(IUnitOfWork unit, RoomSignals signals, CancellationToken ct)
    {
        await unit.ExecuteAsync(
            Save,
            new
            {
                LastSeq,
                LastChange,
                Room.Id,
            },
            ct
        );
        var id = Room.Id;
        unit.OnCommitted(() => signals.Raise(id));
    }
}
