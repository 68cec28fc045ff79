using System.ComponentModel.DataAnnotations;
using Sillage.Api.Access;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;
using Sillage.Storage;

namespace Sillage.Messaging.Feed;

/// <summary>How far somebody has come.</summary>
/// <param name="Rooms">
/// By the id or slug of each room, the last message up to which there is no gap; 0 for none. At most 1000 rooms.
/// </param>
/// <param name="Changes">By the same names, the number of the last change; for a room that is left out, changes begin from now.</param>
public sealed record SyncRequest(
    [property: Required, MaxLength(1000)] IReadOnlyDictionary<string, long> Rooms,
    [property: MaxLength(1000)] IReadOnlyDictionary<string, long>? Changes = null
) : IValidatableObject
{
    internal static SyncRequest Example { get; } =
        new(new Dictionary<string, long> { ["boathouse"] = 40 }, new Dictionary<string, long> { ["boathouse"] = 55 });

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Rooms.Values.Any(seq => seq < 0))
        {
            yield return new ValidationResult("Each is 0 or more.", [nameof(Rooms)]);
        }

        if (Changes?.Values.Any(change => change < 0) == true)
        {
            yield return new ValidationResult("Each is 0 or more.", [nameof(Changes)]);
        }
    }
}

/// <summary>What was missed, a page of it.</summary>
/// <param name="Rooms">The rooms that were asked about, and those that the caller is in besides.</param>
/// <param name="More">Whether to ask again, with the cursors that these rooms name.</param>
public sealed record SyncReply(IReadOnlyList<RoomSync> Rooms, bool More)
{
    internal static SyncReply Example { get; } =
        new(
            [
                new RoomSync(
                    "boathouse",
                    Guid.Empty,
                    RoomSync.Ok,
                    42,
                    57,
                    [Message.Example with { Links = null }],
                    new RoomChanges(Guid.Empty, 55, 57, [], [], null)
                ),
            ],
            false
        );
}

/// <summary>What was missed in one room.</summary>
/// <param name="Asked">The name that it was asked for by; left out for a room that was not.</param>
/// <param name="Room">Its id; left out where there is no such room for the caller.</param>
/// <param name="Status">
/// <c>ok</c>: all is here. <c>more</c>: ask again from these cursors. <c>resync</c>: too much was missed, or the cursor is none of this room's;
/// forget its messages, load the newest, go on from these cursors. <c>new</c>: the caller is in it and did not ask. <c>gone</c>: the caller is
/// not in it any more.
/// </param>
/// <param name="Seq">Where the cursor of messages is now.</param>
/// <param name="Change">Where the cursor of changes is now.</param>
/// <param name="Messages">New messages, in order.</param>
/// <param name="Changes">What else has changed; left out where nothing has.</param>
public sealed record RoomSync(
    string? Asked,
    Guid? Room,
    string Status,
    long Seq,
    long Change,
    IReadOnlyList<Message> Messages,
    RoomChanges? Changes
)
{
    internal const string Ok = "ok";
    internal const string More = "more";
    internal const string Resync = "resync";
    internal const string New = "new";
    internal const string Gone = "gone";

    internal static RoomSync GoneFor(string asked) => new(asked, null, Gone, 0, 0, [], null);
}

/// <summary>Gives what somebody missed: in pages, in order, once.</summary>
internal static class CatchUp
{
    private const string Mine = $"{Room.Select} WHERE m.state = 'in' ORDER BY r.id";

    private const string IdsOfMine = "SELECT room_id FROM member WHERE account_id = @Account AND state = 'in'";

    /// <summary>The rooms that somebody is in.</summary>
    public static Task<IReadOnlyList<Guid>> RoomsOfAsync(Chat chat, Guid account, CancellationToken ct) =>
        chat.Database.ReadAsync(r => r.QueryAsync<Guid>(IdsOfMine, new { Account = account }, ct), ct);

    /// <summary>Reads a page of everything.</summary>
    /// <param name="chat">What slices work with.</param>
    /// <param name="request">How far the caller has come.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="subscribe">What is done first, before anything is read: who hears a room live from then on misses nothing in between.</param>
    /// <param name="ct">Ends it early.</param>
    public static async Task<SyncReply> RunAsync(
        Chat chat,
        SyncRequest request,
        Caller caller,
        Func<Guid, Task>? subscribe,
        CancellationToken ct
    )
    {
        Task<IReadOnlyList<Room>> MineAsync() =>
            chat.Database.ReadAsync(r => r.QueryAsync<Room>(Mine, new { Account = caller.Id }, ct), ct);

        var mine = await MineAsync();
        if (subscribe is not null)
        {
            foreach (var room in mine)
            {
                await subscribe(room.Id);
            }

            // As they are now that nothing is missed any more.
            mine = await MineAsync();
        }

        var rooms = new Dictionary<string, Room>(StringComparer.OrdinalIgnoreCase);
        foreach (var room in mine)
        {
            rooms[room.Id.ToString()] = room;
            if (room.Slug is { } slug)
            {
                rooms[slug] = room;
            }
        }

        var answers = new List<RoomSync>();
        var left = chat.Options.CatchUpPage;
        foreach (var (asked, seq) in request.Rooms)
        {
            var change =
                request.Changes is { } changes && changes.TryGetValue(asked, out var known) ? known : (long?)null;
            // Only where something was missed is storage asked once more: a thousand names are no thousand reads.
            var answer =
                Settled(rooms.GetValueOrDefault(asked), chat, asked, seq, change, left)
                ?? await chat.Database.ReadAsync(r => ReadAsync(r, chat, asked, caller, seq, change, left, ct), ct);
            left = Math.Max(
                0,
                left
                    - answer.Messages.Count
                    - (answer.Changes is { } also ? also.Messages.Count + also.Members.Count : 0)
            );
            answers.Add(answer);
        }

        var named = answers.Select(answer => answer.Room).ToHashSet();
        answers.AddRange(
            mine.Where(room => !named.Contains(room.Id))
                .Select(room => new RoomSync(null, room.Id, RoomSync.New, room.LastSeq, room.LastChange, [], null))
        );
        return new SyncReply(answers, answers.Exists(answer => answer.Status == RoomSync.More));
    }

    private static async Task<RoomSync> ReadAsync(
        IReader reader,
        Chat chat,
        string asked,
        Caller caller,
        long seq,
        long? change,
        int limit,
        CancellationToken ct
    )
    {
        var room = await Room.FindAsync(reader, asked, caller.Id, ct);
        if (Settled(room, chat, asked, seq, change, limit) is { } settled)
        {
            return settled;
        }

        var after = change ?? room!.LastChange;
        var missed = await Missed.ReadAsync(reader, room!, seq, after, limit, ct);
        return new RoomSync(
            asked,
            room!.Id,
            missed.More ? RoomSync.More : RoomSync.Ok,
            missed.Seq,
            missed.Change,
            missed.Messages,
            missed.Change > after ? RoomChanges.Of(room, after, missed) : null
        );
    }

    /// <summary>What is to be said without a look at messages; null if there are some to be read.</summary>
    private static RoomSync? Settled(Room? room, Chat chat, string asked, long seq, long? change, int limit)
    {
        if (room is not { IsMember: true })
        {
            return RoomSync.GoneFor(asked);
        }

        var after = change ?? room.LastChange;
        if (
            seq > room.LastSeq
            || after > room.LastChange
            || seq < room.FirstSeq - 1
            || room.LastSeq - seq > chat.Options.LongestCatchUp
        )
        {
            return new RoomSync(asked, room.Id, RoomSync.Resync, room.LastSeq, room.LastChange, [], null);
        }

        if (seq == room.LastSeq && after == room.LastChange)
        {
            return new RoomSync(asked, room.Id, RoomSync.Ok, seq, after, [], null);
        }

        return limit == 0 ? new RoomSync(asked, room.Id, RoomSync.More, seq, after, [], null) : null;
    }
}
