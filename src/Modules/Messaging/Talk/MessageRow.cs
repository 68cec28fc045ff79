using Sillage.Api.Problems;
using Sillage.Files;
using Sillage.Messaging.Rooms;
using Sillage.Storage;

namespace Sillage.Messaging.Talk;

/// <summary>A message as it is stored.</summary>
internal sealed record MessageRow(
    Guid RoomId,
    long Seq,
    Guid Id,
    Guid? SenderId,
    string? ClientId,
    string Text,
    DateTimeOffset SentAt,
    long? ReplyTo,
    long? Thread,
    DateTimeOffset? EditedAt,
    DateTimeOffset? DeletedAt,
    bool MentionsRoom,
    long Change
)
{
    public const string Columns = """
        room_id, seq, id, sender_id, client_id, text, sent_at, reply_to, thread, edited_at, deleted_at, mentions_room, change
        """;

    private const string Values = """
        @RoomId, @Seq, @Id, @SenderId, @ClientId, @Text, @SentAt, @ReplyTo, @Thread, @EditedAt, @DeletedAt, @MentionsRoom, @Change
        """;

    private static readonly Sql Insert = new(
        $"INSERT INTO message ({Columns}) VALUES ({Values})",
        $"INSERT INTO message ({Columns}) SELECT {Columns} FROM unnest({Values}) AS sent({Columns})"
    );

    private const string SelectById = $"SELECT {Columns} FROM message WHERE id = @Id AND room_id = @Room";

    private const string SelectByClient = $"""
        SELECT {SentBefore.Columns} FROM message m WHERE m.sender_id = @Sender AND m.client_id = @ClientId
        """;

    private static readonly Sql SelectByClients = new(
        SelectByClient,
        $"""
        SELECT {SentBefore.Columns} FROM unnest(@Sender, @ClientId) AS asked(sender_id, client_id)
        JOIN message m ON m.sender_id = asked.sender_id AND m.client_id = asked.client_id
        """
    );

    private const string SelectOne = $"SELECT {Columns} FROM message WHERE room_id = @Room AND seq = @Seq";

    private const string Touch = "UPDATE message SET change = @Change WHERE room_id = @Room AND seq = @Seq";

    private static readonly Sql SelectSome = OfSeqs(
        $"SELECT {Columns} FROM message WHERE room_id = @Room AND seq {{0}} ORDER BY seq"
    );

    // In one, as each message that is told live asks for it: a reaction has an emoji and an account, a mention an account, a thread a number.
    private static readonly Sql BelongingTo = OfSeqs(
        """
        SELECT seq, emoji, account_id, CAST(NULL AS bigint) AS replies FROM reaction WHERE room_id = @Room AND seq {0}
        UNION ALL
        SELECT seq, NULL, account_id, NULL FROM mention WHERE room_id = @Room AND seq {0}
        UNION ALL
        SELECT seq, NULL, NULL, replies FROM thread WHERE room_id = @Room AND seq {0}
        ORDER BY seq, emoji, account_id
        """
    );

    private sealed record Belonging(long Seq, string? Emoji, Guid? AccountId, long? Replies);

    /// <summary>Stores new messages.</summary>
    /// <exception cref="UniqueViolationException">A sender has sent one under this name before.</exception>
    public static Task InsertAsync(IUnitOfWork unit, IReadOnlyCollection<MessageRow> rows, CancellationToken ct) =>
        unit.ExecuteEachAsync(Insert, rows, ct);

    /// <summary>A message of a room, by its id.</summary>
    /// <exception cref="ProblemException">404: there is none in this room.</exception>
    public static async Task<MessageRow> GetAsync(IReader reader, Guid room, Guid id, CancellationToken ct) =>
        await reader.FirstOrDefaultAsync<MessageRow>(SelectById, new { Id = id, Room = room }, ct)
        ?? throw new ProblemException(Problem.NotFound("There is no such message in this room."));

    public static Task<MessageRow?> FindAsync(IReader reader, Guid room, long seq, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<MessageRow>(SelectOne, new { Room = room, Seq = seq }, ct);

    public static Task<IReadOnlyList<MessageRow>> FindAsync(
        IReader reader,
        Guid room,
        IReadOnlyList<long> seqs,
        CancellationToken ct
    ) => reader.QueryAsync<MessageRow>(SelectSome, new { Room = room, Seqs = seqs.ToArray() }, ct);

    /// <summary>What people have sent before under these names.</summary>
    public static Task<IReadOnlyList<SentBefore>> FindAsync(
        IReader reader,
        IEnumerable<(Guid Sender, string ClientId)> asked,
        CancellationToken ct
    ) =>
        reader.QueryEachAsync<SentBefore>(
            SelectByClients,
            [.. asked.Select(one => new { one.Sender, one.ClientId })],
            ct
        );

    /// <summary>Has everybody who catches up hear of a message again.</summary>
    public static Task TouchAsync(IUnitOfWork unit, HeldRoom held, long seq, CancellationToken ct) =>
        unit.ExecuteAsync(
            Touch,
            new
            {
                Change = held.NextChange(),
                Room = held.Room.Id,
                Seq = seq,
            },
            ct
        );

    /// <summary>The messages of one room with all that belongs to them.</summary>
    public static async Task<IReadOnlyList<Message>> ToMessagesAsync(
        IReader reader,
        IReadOnlyList<MessageRow> rows,
        CancellationToken ct
    )
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var parameters = new { Room = rows[0].RoomId, Seqs = rows.Select(row => row.Seq).ToArray() };
        var belonging = (await reader.QueryAsync<Belonging>(BelongingTo, parameters, ct)).ToLookup(row => row.Seq);
        var files = await FileStore.ReadAttachedAsync(reader, [.. rows.Select(row => row.Id)], ct);
        return
        [
            .. rows.Select(row =>
                row.ToMessage(
                    [
                        .. belonging[row.Seq]
                            .Where(r => r.Emoji is not null)
                            .GroupBy(r => r.Emoji!, StringComparer.Ordinal)
                            .Select(g => new Reaction(g.Key, [.. g.Select(r => r.AccountId!.Value)])),
                    ],
                    [.. belonging[row.Seq].Where(m => m.Emoji is null).Select(m => m.AccountId).OfType<Guid>()],
                    [.. files[row.Id].Select(MessageFiles.Place.Describe)],
                    belonging[row.Seq].Select(t => t.Replies).FirstOrDefault(replies => replies is not null)
                )
            ),
        ];
    }

    /// <summary>A new message to which nothing belongs yet.</summary>
    public Message ToPlainMessage() => ToMessage([], [], [], null);

    /// <summary>One message with all that belongs to it.</summary>
    public static async Task<Message> ToMessageAsync(IReader reader, MessageRow row, CancellationToken ct) =>
        (await ToMessagesAsync(reader, [row], ct))[0];

    private static Sql OfSeqs(string sql) =>
        new(
            sql.Replace("{0}", "IN @Seqs", StringComparison.Ordinal),
            sql.Replace("{0}", "= ANY(@Seqs)", StringComparison.Ordinal)
        );

    private Message ToMessage(
        IReadOnlyList<Reaction> reactions,
        IReadOnlyList<Guid> mentions,
        IReadOnlyList<StoredFile> files,
        long? replies
    ) =>
        new(
            RoomId,
            Seq,
            Id,
            SenderId,
            ClientId,
            Text,
            SentAt,
            ReplyTo,
            Thread,
            replies,
            EditedAt,
            DeletedAt,
            reactions.Count == 0 ? null : reactions,
            mentions.Count == 0 ? null : mentions,
            files.Count == 0 ? null : files,
            MentionsRoom ? true : null,
            Change
        );
}

/// <summary>A message by what its sender called it.</summary>
internal sealed record SentBefore(Guid SenderId, string ClientId, Guid RoomId, long Seq, Guid Id, DateTimeOffset SentAt)
{
    public const string Columns = "m.sender_id, m.client_id, m.room_id, m.seq, m.id, m.sent_at";
}
