using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Messaging.Searching;

/// <summary>Takes the messages into the index that were there before there was one.</summary>
internal sealed record IndexMessages : IRecurringJob
{
    public static string Kind => "messages.index";
}

/// <inheritdoc cref="IndexMessages"/>
internal sealed class IndexMessagesWork(IDatabase<MessagingData> database) : IWork<IndexMessages>
{
    private const string Next = """
        SELECT u.id, u.room_id, u.seq, m.text FROM message_unindexed u
        LEFT JOIN message m ON m.room_id = u.room_id AND m.seq = u.seq AND m.deleted_at IS NULL
        ORDER BY u.id LIMIT 500
        """;

    private const string Done = "DELETE FROM message_unindexed WHERE id <= @Last";

    private sealed record Waiting(long Id, Guid RoomId, long Seq, string? Text);

    public async Task<WorkResult> RunAsync(IndexMessages job, WorkRun run, CancellationToken ct)
    {
        while (await database.WriteAsync(unit => IndexAsync(unit, ct), ct)) { }

        return WorkResult.Done;
    }

    private static async Task<bool> IndexAsync(IUnitOfWork unit, CancellationToken ct)
    {
        var waiting = await unit.QueryAsync<Waiting>(Next, null, ct);
        foreach (var message in waiting.Where(message => message.Text is not null))
        {
            await MessageIndex.PutAsync(unit, message.RoomId, message.Seq, message.Text!, ct);
        }

        await unit.ExecuteAsync(Done, new { Last = waiting.Count == 0 ? 0 : waiting[^1].Id }, ct);
        return waiting.Count > 0;
    }
}
