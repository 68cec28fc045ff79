using Sillage.Storage;

namespace Sillage.Messaging.Threads;

/// <summary>How far somebody has read in a thread, and what is left: <c>thread:reading</c>.</summary>
/// <param name="Room">The room.</param>
/// <param name="Thread">The place of the thread's first message.</param>
/// <param name="ReadSeq">Up to where they have read; it never goes back.</param>
/// <param name="FirstUnread">The place of the first answer of others that is unread; left out where none is.</param>
/// <param name="Unread">How many answers of others are unread; 1000 stands for that many or more.</param>
public sealed record ThreadReading(Guid Room, long Thread, long ReadSeq, long? FirstUnread, long Unread)
{
    private const string Begin = """
        INSERT INTO thread_member (account_id, room_id, seq, read_seq) VALUES (@Account, @Room, @Thread, @ReadSeq)
        ON CONFLICT (account_id, room_id, seq) DO NOTHING
        """;

    private const string Advance = """
        INSERT INTO thread_member (account_id, room_id, seq, read_seq) VALUES (@Account, @Room, @Thread, @ReadSeq)
        ON CONFLICT (account_id, room_id, seq) DO UPDATE SET read_seq = excluded.read_seq WHERE excluded.read_seq > thread_member.read_seq
        """;

    private const string AddReply = """
        INSERT INTO thread (room_id, seq, replies, last_seq) VALUES (@Room, @Thread, 1, @Seq)
        ON CONFLICT (room_id, seq) DO UPDATE SET replies = thread.replies + 1, last_seq = excluded.last_seq
        """;

    private const string Author = "SELECT sender_id FROM message WHERE room_id = @Room AND seq = @Thread";

    private const string Select = """
        SELECT tm.seq AS thread, tm.read_seq,
          (SELECT COUNT(*) FROM (
            SELECT seq FROM message m WHERE m.room_id = @Room AND m.thread = tm.seq AND m.seq > tm.read_seq AND m.deleted_at IS NULL
              AND (m.sender_id IS NULL OR m.sender_id <> @Account) ORDER BY m.seq LIMIT 1000) AS unread) AS unread,
          (SELECT MIN(seq) FROM (
            SELECT seq FROM message m WHERE m.room_id = @Room AND m.thread = tm.seq AND m.seq > tm.read_seq AND m.deleted_at IS NULL
              AND (m.sender_id IS NULL OR m.sender_id <> @Account) ORDER BY m.seq LIMIT 1) AS first) AS first_unread
        FROM thread_member tm WHERE tm.account_id = @Account AND tm.room_id = @Room AND tm.seq {0}
        """;

    private static readonly Sql SelectSome = new(
        Select.Replace("{0}", "IN @Threads", StringComparison.Ordinal),
        Select.Replace("{0}", "= ANY(@Threads)", StringComparison.Ordinal)
    );

    private sealed record Row(long Thread, long ReadSeq, long Unread, long? FirstUnread);

    internal static ThreadReading Example { get; } = new(Guid.Empty, 42, 45, 47, 1);

    /// <summary>Notes an answer: who began the thread and who answers in it have a cursor from then on.</summary>
    internal static async Task AddReplyAsync(
        IUnitOfWork unit,
        Guid room,
        long thread,
        long seq,
        Guid sender,
        CancellationToken ct
    )
    {
        await CountReplyAsync(unit, room, thread, seq, ct);
        var parameters = new { Room = room, Thread = thread };
        if (await unit.ScalarAsync<Guid?>(Author, parameters, ct) is { } author && author != sender)
        {
            await PutAsync(unit, Begin, room, thread, author, thread, ct);
        }

        await PutAsync(unit, Begin, room, thread, sender, seq, ct);
    }

    /// <summary>Notes an answer that nobody has to read.</summary>
    internal static Task CountReplyAsync(IUnitOfWork unit, Guid room, long thread, long seq, CancellationToken ct) =>
        unit.ExecuteAsync(
            AddReply,
            new
            {
                Room = room,
                Thread = thread,
                Seq = seq,
            },
            ct
        );

    /// <summary>Moves somebody's cursor, if that is forwards.</summary>
    internal static Task AdvanceAsync(
        IUnitOfWork unit,
        Guid room,
        long thread,
        Guid account,
        long read,
        CancellationToken ct
    ) => PutAsync(unit, Advance, room, thread, account, read, ct);

    /// <summary>Somebody's cursors in some threads of a room, by the thread; none where they have none. Counted anew: what is derived does not drift.</summary>
    internal static async Task<IReadOnlyDictionary<long, ThreadReading>> FindAsync(
        IReader reader,
        Guid room,
        Guid account,
        IReadOnlyCollection<long> threads,
        CancellationToken ct
    )
    {
        if (threads.Count == 0)
        {
            return new Dictionary<long, ThreadReading>();
        }

        var parameters = new
        {
            Room = room,
            Account = account,
            Threads = threads.ToArray(),
        };
        var rows = await reader.QueryAsync<Row>(SelectSome, parameters, ct);
        return rows.ToDictionary(
            row => row.Thread,
            row => new ThreadReading(room, row.Thread, row.ReadSeq, row.FirstUnread, row.Unread)
        );
    }

    private static Task<int> PutAsync(
        IUnitOfWork unit,
        Sql sql,
        Guid room,
        long thread,
        Guid account,
        long read,
        CancellationToken ct
    ) =>
        unit.ExecuteAsync(
            sql,
            new
            {
                Room = room,
                Thread = thread,
                Account = account,
                ReadSeq = read,
            },
            ct
        );
}
