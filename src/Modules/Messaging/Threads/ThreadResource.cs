using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;
using Sillage.Storage;

namespace Sillage.Messaging.Threads;

/// <summary>A message that was answered, with its answers.</summary>
/// <param name="Room">The room.</param>
/// <param name="Thread">The place of its first message, which names it.</param>
/// <param name="Message">The first message; left out where it is kept no more.</param>
/// <param name="Replies">How many answers there have been.</param>
/// <param name="LastSeq">The place of the last one.</param>
/// <param name="Reading">How far the caller has read; left out where they have begun nothing, answered nothing and read nothing in it.</param>
/// <param name="Links">Where it is.</param>
public sealed record ThreadResource(
    Guid Room,
    long Thread,
    Message? Message,
    long Replies,
    long LastSeq,
    ThreadReading? Reading,
    Links Links
)
{
    internal static ThreadResource Example { get; } =
        new(Guid.Empty, 42, Message.Example, 3, 47, ThreadReading.Example, LinksOf(Guid.Empty, 42));

    internal static Links LinksOf(Guid room, long thread)
    {
        var self = $"{RoomResource.AddressOf(room)}/threads/{thread}";
        return new Links(self) { ["messages"] = $"{self}/messages", ["room"] = RoomResource.AddressOf(room) };
    }
}

/// <summary>A thread as it is stored.</summary>
internal sealed record ThreadRow(long Seq, long Replies, long LastSeq)
{
    public const string Columns = "t.seq, t.replies, t.last_seq";

    private const string SelectOne = $"SELECT {Columns} FROM thread t WHERE t.room_id = @Room AND t.seq = @Seq";

    /// <summary>A thread of a room.</summary>
    /// <exception cref="ProblemException">404: nobody has answered such a message there.</exception>
    public static async Task<ThreadRow> GetAsync(IReader reader, Guid room, long thread, CancellationToken ct) =>
        await reader.FirstOrDefaultAsync<ThreadRow>(SelectOne, new { Room = room, Seq = thread }, ct)
        ?? throw new ProblemException(Problem.NotFound("There is no such thread in this room."));

    /// <summary>Threads of one room with their first messages, as somebody sees them.</summary>
    public static async Task<IReadOnlyList<ThreadResource>> ToThreadsAsync(
        IReader reader,
        Guid room,
        Guid account,
        IReadOnlyList<ThreadRow> rows,
        CancellationToken ct
    )
    {
        long[] seqs = [.. rows.Select(row => row.Seq)];
        var first = await MessageRow.ToMessagesAsync(reader, await MessageRow.FindAsync(reader, room, seqs, ct), ct);
        var messages = first.ToDictionary(message => message.Seq, message => message.WithLinks());
        var readings = await ThreadReading.FindAsync(reader, room, account, seqs, ct);
        return
        [
            .. rows.Select(row => new ThreadResource(
                room,
                row.Seq,
                messages.GetValueOrDefault(row.Seq),
                row.Replies,
                row.LastSeq,
                readings.GetValueOrDefault(row.Seq),
                ThreadResource.LinksOf(room, row.Seq)
            )),
        ];
    }
}
