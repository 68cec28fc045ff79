using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Rowing.Records;

/// <summary>Names the workouts that were kept before names were.</summary>
internal sealed record NameWorkouts : IRecurringJob
{
    public static string Kind => "workout.name";
}

/// <inheritdoc cref="NameWorkouts"/>
internal sealed class NameWorkoutsWork(IDatabase<RowingData> database) : IWork<NameWorkouts>
{
    private const long AtOnce = 20;

    private const string Select = "SELECT number, detail FROM workout WHERE name IS NULL ORDER BY number LIMIT @Limit";

    // What changed meanwhile has its name by that.
    private const string Update = "UPDATE workout SET name = @Name WHERE number = @Number AND name IS NULL";

    private sealed record Row(long Number, string Detail);

    public async Task<WorkResult> RunAsync(NameWorkouts job, WorkRun run, CancellationToken ct)
    {
        IReadOnlyList<Row> rows;
        do
        {
            rows = await database.ReadAsync(r => r.QueryAsync<Row>(Select, new { Limit = AtOnce }, ct), ct);
            await database.WriteAsync(
                async unit =>
                {
                    foreach (var row in rows)
                    {
                        var name = Recognition.NameOf(Detail.Read(row.Detail)) ?? "";
                        await unit.ExecuteAsync(Update, new { row.Number, Name = name }, ct);
                    }

                    return true;
                },
                ct
            );
        } while (rows.Count > 0);
        return WorkResult.Done;
    }
}
