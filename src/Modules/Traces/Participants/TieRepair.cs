using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sillage.Storage;

namespace Sillage.Traces.Participants;

/// <summary>
/// Removes, before the first request, the ties whose participants a crash kept from being entered. What a crash left of an
/// erasure the removal worker finishes.
/// </summary>
internal sealed partial class TieRepair(IDatabase<TracesData> database, ILogger<TieRepair> logger) : IHostedService
{
    private const int ChunkRows = 1000;

    private const string Select = """
        SELECT i.study, i.number FROM identity i LEFT JOIN participant p ON p.study = i.study AND p.number = i.number
        WHERE p.number IS NULL LIMIT @Limit
        """;

    private const string Delete = "DELETE FROM identity WHERE study = @Study AND number = @Number";

    private sealed record Tie(long Study, long Number);

    public async Task StartAsync(CancellationToken ct)
    {
        try
        {
            while (await RemoveSomeAsync(ct) is var removed and > 0)
            {
                LogRemoved(logger, removed);
            }
        }
        catch (DatabaseUnavailableException exception)
        {
            // Such ties are of no effect: the next start will do.
            LogPutOff(logger, exception);
        }
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    private async Task<int> RemoveSomeAsync(CancellationToken ct)
    {
        var ties = await database.ReadAsync(r => r.QueryAsync<Tie>(Select, new { Limit = (long)ChunkRows }, ct), ct);
        return ties.Count == 0
            ? 0
            : await database.WriteAsync(
                async unit =>
                {
                    foreach (var tie in ties)
                    {
                        await unit.ExecuteAsync(Delete, tie, ct);
                    }

                    return ties.Count;
                },
                ct
            );
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} ties that led to no participant.")]
    private static partial void LogRemoved(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ties are looked through at the next start.")]
    private static partial void LogPutOff(ILogger logger, Exception exception);
}
