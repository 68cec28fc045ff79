using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Messaging.Retention;

/// <summary>Takes out the messages of a room that is not there any more.</summary>
internal sealed record RemoveRoom(Guid Room) : IJob
{
    public static string Kind => "rooms.remove";
}

/// <inheritdoc cref="RemoveRoom"/>
internal sealed class RemoveRoomWork(IDatabase<MessagingData> database) : IWork<RemoveRoom>
{
    public async Task<WorkResult> RunAsync(RemoveRoom job, WorkRun run, CancellationToken ct)
    {
        while (await database.WriteAsync(unit => RemoveAsync(unit, job.Room, ct), ct)) { }

        return WorkResult.Done;
    }

    private static async Task<bool> RemoveAsync(IUnitOfWork unit, Guid room, CancellationToken ct)
    {
        if (await OldMessages.LastOfBatchAsync(unit, room, ct) is not { } last)
        {
            return false;
        }

        await OldMessages.RemoveAsync(unit, room, last + 1, ct);
        return true;
    }
}
