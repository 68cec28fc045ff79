using Sillage.Storage.Work;

namespace Sillage.Messaging.Feed;

/// <summary>Looks for what was committed in rooms that are heard in this process, wherever a wake-up was lost or there is no way for one.</summary>
internal sealed record LookForNews : IRecurringJob
{
    public static string Kind => "news.look";
}

/// <inheritdoc cref="LookForNews"/>
internal sealed class NewsWork(LiveRooms rooms) : IWork<LookForNews>
{
    public async Task<WorkResult> RunAsync(LookForNews job, WorkRun run, CancellationToken ct)
    {
        await rooms.LookAsync(ct);
        return WorkResult.Done;
    }
}
