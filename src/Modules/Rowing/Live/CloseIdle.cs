using Microsoft.Extensions.Options;
using Sillage.Rowing.Records;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Rowing.Live;

/// <summary>Closes live sessions of which nothing was heard for a while.</summary>
internal sealed record CloseIdle : IRecurringJob
{
    public static string Kind => "workout.close-idle";
}

/// <inheritdoc cref="CloseIdle"/>
internal sealed class CloseIdleWork(IDatabase<RowingData> database, IOptions<RowingOptions> options, TimeProvider clock)
    : IWork<CloseIdle>
{
    private const int AtOnce = 100;

    private const string Select =
        "SELECT id FROM workout WHERE state = 'live' AND updated_at < @Before ORDER BY updated_at LIMIT @Limit";

    public async Task<WorkResult> RunAsync(CloseIdle job, WorkRun run, CancellationToken ct)
    {
        IReadOnlyList<Guid> idle;
        do
        {
            var now = clock.GetUtcNow();
            var before = now - options.Value.CloseAfter;
            var parameters = new { Before = before, Limit = (long)AtOnce };
            idle = await database.ReadAsync(reader => reader.QueryAsync<Guid>(Select, parameters, ct), ct);
            foreach (var id in idle)
            {
                await database.WriteAsync(
                    async unit =>
                    {
                        // A stroke may have come since it was looked for.
                        if (
                            await WorkoutStore.LockAsync(unit, id, ct) is { IsLive: true } row
                            && row.UpdatedAt < before
                        )
                        {
                            await WorkoutIntake.CloseAsync(unit, row, null, null, now, ct);
                        }

                        return true;
                    },
                    ct
                );
            }
        } while (idle.Count == AtOnce);
        return WorkResult.Done;
    }
}
