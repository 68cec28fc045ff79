using Sillage.Messaging.Searching;
using Sillage.Storage;

namespace Sillage.Messaging.Retention;

/// <summary>Takes messages out of a room from its beginning on, with all that belongs to them, some hundreds at a time.</summary>
internal static class OldMessages
{
    public const long Batch = 500;

    private const string Last = """
        SELECT MAX(seq) FROM (SELECT seq FROM message WHERE room_id = @Room ORDER BY seq LIMIT @Limit) AS oldest
        """;

    private static readonly string[] Remove =
    [
        "DELETE FROM file WHERE attached_to IN (SELECT id FROM message WHERE room_id = @Room AND seq < @First)",
        "DELETE FROM message_version WHERE room_id = @Room AND seq < @First",
        "DELETE FROM reaction WHERE room_id = @Room AND seq < @First",
        "DELETE FROM mention WHERE room_id = @Room AND seq < @First",
        "DELETE FROM report WHERE room_id = @Room AND seq < @First",
        "DELETE FROM thread_member WHERE room_id = @Room AND seq IN (SELECT seq FROM thread WHERE room_id = @Room AND last_seq < @First)",
        "DELETE FROM thread WHERE room_id = @Room AND last_seq < @First",
        "DELETE FROM message WHERE room_id = @Room AND seq < @First",
    ];

    /// <summary>The place of the last one of the next so many; null if there is none.</summary>
    public static Task<long?> LastOfBatchAsync(IUnitOfWork unit, Guid room, CancellationToken ct) =>
        unit.ScalarAsync<long?>(Last, new { Room = room, Limit = Batch }, ct);

    /// <summary>Takes out those before a place.</summary>
    public static async Task RemoveAsync(IUnitOfWork unit, Guid room, long first, CancellationToken ct)
    {
        await MessageIndex.RemoveAsync(unit, room, 0, first - 1, ct);
        foreach (var statement in Remove)
        {
            await unit.ExecuteAsync(statement, new { Room = room, First = first }, ct);
        }
    }
}
