using Sillage.Messaging.Talk;
using Sillage.Search;
using Sillage.Storage;

namespace Sillage.Messaging.Searching;

/// <summary>
/// The words of messages, in FTS5 or as tsvectors, written in the unit that changes the message. A chat mixes languages, so words count as
/// they are written, case and accents aside (docs/adr/0133-search-words-are-ours.md).
/// </summary>
internal static class MessageIndex
{
    private const string OfSender = """
        (room_id, seq) IN (SELECT room_id, seq FROM message WHERE room_id = @Room AND sender_id = @Account)
        """;

    private const string OfRoom = "room_id = @Room AND seq >= @First AND seq <= @Last";

    private static readonly Sql RemoveWords = new(
        $"DELETE FROM message_text WHERE rowid IN (SELECT key FROM message_key WHERE {OfRoom})",
        $"DELETE FROM message_text WHERE {OfRoom}"
    );

    private static readonly Sql RemoveKeys = new($"DELETE FROM message_key WHERE {OfRoom}", "SELECT 1");

    private static readonly Sql RemoveWordsOfSender = new(
        $"DELETE FROM message_text WHERE rowid IN (SELECT key FROM message_key WHERE {OfSender})",
        $"DELETE FROM message_text WHERE {OfSender}"
    );

    private static readonly Sql RemoveKeysOfSender = new($"DELETE FROM message_key WHERE {OfSender}", "SELECT 1");

    private static readonly Sql AddKey = new(
        """
        INSERT INTO message_key (room_id, seq) VALUES (@Room, @Seq)
        ON CONFLICT (room_id, seq) DO UPDATE SET seq = excluded.seq RETURNING key
        """,
        """
        INSERT INTO message_text (room_id, seq, words) VALUES (@Room, @Seq, CAST(@Words AS tsvector))
        ON CONFLICT (room_id, seq) DO UPDATE SET words = excluded.words RETURNING key
        """
    );

    private static readonly Sql AddNew = new(
        """
        INSERT INTO message_key (room_id, seq) VALUES (@Room, @Seq);
        INSERT INTO message_text (rowid, body) VALUES (last_insert_rowid(), @Words);
        """,
        """
        INSERT INTO message_text (room_id, seq, words)
        SELECT room_id, seq, CAST(words AS tsvector) FROM unnest(@Room, @Seq, @Words) AS sent(room_id, seq, words)
        """
    );

    private static readonly string[] AddWords =
    [
        "DELETE FROM message_text WHERE rowid = @Key",
        "INSERT INTO message_text (rowid, body) VALUES (@Key, @Words)",
    ];

    /// <summary>How the index moves from one engine to the other: by the words that it holds.</summary>
    public static MovedTable Moved { get; } =
        new("message_text", "message_key")
        {
            Select = """
                SELECT k.key, k.room_id, k.seq, t.body AS words FROM message_key k JOIN message_text t ON t.rowid = k.key ORDER BY k.key
                """,
            Vector = words => IndexedText.ToVector(words.Split(' ')),
            Last = "SELECT seq FROM sqlite_sequence WHERE name = 'message_key'",
        };

    /// <summary>Puts new messages into the index.</summary>
    public static async Task AddAsync(IUnitOfWork unit, IEnumerable<MessageRow> messages, CancellationToken ct)
    {
        var rows = messages
            .Select(message => (Message: message, Words: IndexedText.Of(message.Text, SearchLanguage.None)))
            .Where(indexed => indexed.Words.Count > 0)
            .Select(indexed => new
            {
                Room = indexed.Message.RoomId,
                indexed.Message.Seq,
                Words = Written(unit, indexed.Words),
            });
        await unit.ExecuteEachAsync(AddNew, [.. rows], ct);
    }

    /// <summary>Puts a message into the index, in place of what was there. It keeps its number.</summary>
    public static async Task PutAsync(IUnitOfWork unit, Guid room, long seq, string text, CancellationToken ct)
    {
        var words = IndexedText.Of(text, SearchLanguage.None);
        if (words.Count == 0)
        {
            await RemoveAsync(unit, room, seq, seq, ct);
            return;
        }

        var indexed = Written(unit, words);
        var key = await unit.ScalarAsync<long>(
            AddKey,
            new
            {
                Room = room,
                Seq = seq,
                Words = indexed,
            },
            ct
        );
        if (unit.Dialect == SqlDialect.Sqlite)
        {
            foreach (var statement in AddWords)
            {
                await unit.ExecuteAsync(statement, new { Key = key, Words = indexed }, ct);
            }
        }
    }

    /// <summary>Takes messages of a room out of the index, from one place to another.</summary>
    public static async Task RemoveAsync(IUnitOfWork unit, Guid room, long first, long last, CancellationToken ct)
    {
        var parameters = new
        {
            Room = room,
            First = first,
            Last = last,
        };
        await unit.ExecuteAsync(RemoveWords, parameters, ct);
        await unit.ExecuteAsync(RemoveKeys, parameters, ct);
    }

    /// <summary>Takes the messages of a person in a room out of the index.</summary>
    public static async Task RemoveOfSenderAsync(IUnitOfWork unit, Guid room, Guid account, CancellationToken ct)
    {
        var parameters = new { Room = room, Account = account };
        await unit.ExecuteAsync(RemoveWordsOfSender, parameters, ct);
        await unit.ExecuteAsync(RemoveKeysOfSender, parameters, ct);
    }

    private static string Written(IReader unit, IReadOnlyList<string> words) =>
        unit.Dialect == SqlDialect.Sqlite ? string.Join(' ', words) : IndexedText.ToVector(words);
}
