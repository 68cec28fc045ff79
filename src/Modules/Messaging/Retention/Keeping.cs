using Sillage.Messaging.Rooms;
using Sillage.Messaging.Unread;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Messaging.Retention;

/// <summary>Removes messages that are older than their room keeps them, and invitations that count no more.</summary>
internal sealed record RemoveOld : IRecurringJob
{
    public static string Kind => "messages.remove-old";
}

/// <inheritdoc cref="RemoveOld"/>
internal sealed class Keeping(IDatabase<MessagingData> database, Chat chat) : IWork<RemoveOld>
{
    private const string Rooms =
        "SELECT id, retention_days AS days FROM room WHERE retention_days IS NOT NULL ORDER BY id";

    // From the beginning on, so that a room never has a hole: of a message that a wrong clock dated early, nothing goes before its turn.
    private const string FirstKept = """
        SELECT MIN(seq) FROM (SELECT seq, sent_at FROM message WHERE room_id = @Room ORDER BY seq LIMIT @Limit) AS oldest
        WHERE sent_at >= @Before
        """;

    private const string NoteFirst = "UPDATE room SET first_seq = @First WHERE id = @Room AND first_seq < @First";

    private const string RemoveInvitations = "DELETE FROM invitation WHERE expires_at < @Now OR uses_left = 0";

    private sealed record Kept(Guid Id, long Days);

    public async Task<WorkResult> RunAsync(RemoveOld job, WorkRun run, CancellationToken ct)
    {
        await database.WriteAsync(unit => unit.ExecuteAsync(RemoveInvitations, new { chat.Now }, ct), ct);
        foreach (var room in await database.ReadAsync(r => r.QueryAsync<Kept>(Rooms, null, ct), ct))
        {
            while (await database.WriteAsync(unit => RemoveAsync(unit, room, ct), ct)) { }
        }

        return WorkResult.Done;
    }

    private async Task<bool> RemoveAsync(IUnitOfWork unit, Kept room, CancellationToken ct)
    {
        if (await HeldRoom.HoldAsync(unit, room.Id, Guid.Empty, ct) is not { } held)
        {
            return false;
        }

        var parameters = new
        {
            Room = room.Id,
            Before = chat.Now.AddDays(-room.Days),
            Limit = OldMessages.Batch,
        };
        if (await OldMessages.LastOfBatchAsync(unit, room.Id, ct) is not { } last)
        {
            return false;
        }

        var kept = await unit.ScalarAsync<long?>(FirstKept, parameters, ct);
        var first = kept ?? last + 1;
        await OldMessages.RemoveAsync(unit, room.Id, first, ct);
        await unit.ExecuteAsync(NoteFirst, new { Room = room.Id, First = first }, ct);
        await UnreadNotices.SettleGoneAsync(unit, chat, room.Id, ct);
        await held.SaveAsync(unit, chat.Signals, ct);
        return kept is null;
    }
}
