using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sillage.Hosting.Upkeep;

/// <summary>
/// Makes a backup every so often, checks it, and lets older ones go once it is sound. What it goes by is the folder: a server that starts
/// again goes on where it was, and one whose newest backup is too old makes one at once. Degraded while the last attempt failed.
/// </summary>
internal sealed partial class BackupSchedule(
    Backups backups,
    IOptions<BackupOptions> options,
    TimeProvider clock,
    ILogger<BackupSchedule> logger
) : BackgroundService, IHealthCheck
{
    // Somebody makes or checks one by hand, the disk was full: looked at again.
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(5);

    // Clocks are set, and machines sleep.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private volatile bool _failed;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken ct = default) =>
        Task.FromResult(_failed ? HealthCheckResult.Degraded("The last backup failed.") : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Every is not { } every)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(await TurnAsync(every), clock, stoppingToken);
        }
    }

    // Makes one if it is time; until when nothing need be looked at.
    private async Task<TimeSpan> TurnAsync(TimeSpan every)
    {
        try
        {
            var now = clock.GetUtcNow();
            if (!_failed && backups.NewestBefore(now) is { } newest && newest + every > now)
            {
                var wait = newest + every - now;
                return wait < LongestWait ? wait : LongestWait;
            }

            return await MakeAsync() ? TimeSpan.Zero : Again;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _failed = true;
            LogFolder(exception);
            return Again;
        }
    }

    private async Task<bool> MakeAsync()
    {
        if (backups.Make() is not { } begun)
        {
            return false;
        }

        var made = await backups.EndedAsync();
        _failed = made?.Fault is not null;
        if (_failed || backups.Find(begun.Name) is not { } file || backups.Check(begun.Name, file) is null)
        {
            return false;
        }

        var check = await backups.EndedAsync();
        _failed = check?.Fault is not null;
        if (_failed)
        {
            // The log says what was wrong; one at every attempt would fill the disk.
            backups.Delete(begun.Name, file);
            return false;
        }

        backups.Prune(options.Value.Keep);
        LogMade(begun.Name);
        return true;
    }

    [LoggerMessage(EventId = 32, Level = LogLevel.Information, Message = "The backup {Name} is made and checked.")]
    private partial void LogMade(string name);

    [LoggerMessage(EventId = 33, Level = LogLevel.Error, Message = "The folder of backups cannot be read or written.")]
    private partial void LogFolder(Exception exception);
}
