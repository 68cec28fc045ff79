using System.Text.Json;
using Sillage.Storage.Mapping;

namespace Sillage.Storage.Work;

/// <summary>One run of a job.</summary>
public sealed class WorkRun
{
    private const string Save = "UPDATE sillage_job SET progress = @Progress WHERE id = @Id AND lease = @Lease";

    private readonly ModuleDatabase? _database;
    private readonly Guid _lease;
    private string? _progress;

    internal WorkRun(ModuleDatabase? database, JobRow row)
    {
        _database = database;
        _lease = row.Lease;
        _progress = row.Progress;
        Id = row.Id;
        Attempt = row.Attempts;
    }

    /// <summary>The job's id, the same in every attempt: a key for those who are to do a thing once.</summary>
    public Guid Id { get; }

    /// <summary>The number of the attempt, from 1 up.</summary>
    public long Attempt { get; }

    /// <summary>How far the job had come, as it was said last; the default if nothing was said yet.</summary>
    public T? ReadProgress<T>() =>
        _progress is null ? default : JsonSerializer.Deserialize<T>(_progress, EventJson.Options);

    /// <summary>
    /// Writes down how far the job is, in the unit that took it there: an administrator sees it, and after a kill it goes on
    /// from there.
    /// </summary>
    /// <exception cref="LeaseLostException">The job is another process's by now. The unit is rolled back.</exception>
    public async Task SaveProgressAsync<T>(IUnitOfWork unit, T progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var text = JsonSerializer.Serialize(progress, EventJson.Options);
        var row = new
        {
            Id,
            Lease = _lease,
            Progress = text,
        };
        if (await unit.ExecuteAsync(Save, row, ct) == 0)
        {
            throw new LeaseLostException();
        }

        unit.OnCommitted(() => _progress = text);
    }

    /// <summary>Writes down how far the job is.</summary>
    /// <exception cref="LeaseLostException">The job is another process's by now.</exception>
    public Task SaveProgressAsync<T>(T progress, CancellationToken ct) =>
        _database is null
            ? throw new InvalidOperationException("What each process does for itself has no progress.")
            : _database.WriteAsync(
                async unit =>
                {
                    await SaveProgressAsync(unit, progress, ct);
                    return true;
                },
                ct
            );
}

/// <summary>A job is another process's by now, because this one was not heard of for too long.</summary>
public sealed class LeaseLostException : Exception
{
    /// <summary>Says so.</summary>
    public LeaseLostException()
        : base("The job was taken over by another process.") { }
}
