using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Hosting.Settings;
using Sillage.Storage;
using Sillage.Storage.Backup;

namespace Sillage.Hosting.Upkeep;

/// <summary>
/// The backups of a folder, and the one thing that is done with them at a time. What is being done ends with the process: a
/// backup has its name only when it is whole, so nothing is left to go on with, and no job is needed.
/// </summary>
internal sealed partial class Backups(
    BackupArchive archive,
    IOptions<BackupOptions> options,
    IOptions<StorageOptions> storage,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<Backups> logger
)
{
    private const string Beginning = "sillage-";
    private const string TimeFormat = "yyyyMMdd-HHmmss";
    private const string Ending = ".backup";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, BackupCheck> _checks = new(StringComparer.Ordinal);
    private BackupWork? _work;
    private Task _run = Task.CompletedTask;

    private string Folder => Path.GetFullPath(options.Value.Folder ?? Path.Combine(storage.Value.Data, "backups"));

    /// <summary>What is being done, or was done last in this process.</summary>
    public BackupWork? Work
    {
        get
        {
            lock (_lock)
            {
                return _work;
            }
        }
    }

    /// <summary>When the newest was made, by its name; null if there is none. One whose name lies ahead comes from a clock that did.</summary>
    public DateTimeOffset? NewestBefore(DateTimeOffset now) =>
        Made().Where(made => made.At <= now).Select(made => (DateTimeOffset?)made.At).LastOrDefault();

    /// <summary>What is being done comes to its end.</summary>
    /// <returns>What it was.</returns>
    public async Task<BackupWork?> EndedAsync()
    {
        await _run;
        return Work;
    }

    /// <summary>Deletes all but the newest so many of those that are called as the server calls them.</summary>
    public void Prune(int keep)
    {
        foreach (var (file, _) in Made().SkipLast(keep))
        {
            Delete(Path.GetFileName(file), file);
        }
    }

    // The oldest first.
    private IEnumerable<(string File, DateTimeOffset At)> Made() =>
        (Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, $"{Beginning}*{Ending}") : [])
            .Select(file => (File: file, At: TimeOf(Path.GetFileName(file))))
            .Where(made => made.At is not null)
            .Select(made => (made.File, At: made.At!.Value))
            .OrderBy(made => made.At);

    private static DateTimeOffset? TimeOf(string name) =>
        DateTimeOffset.TryParseExact(
            name[Beginning.Length..^Ending.Length],
            TimeFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        )
            ? at
            : null;

    /// <summary>The backups, the newest first.</summary>
    public async Task<IReadOnlyList<Backup>> ListAsync(CancellationToken ct)
    {
        var found = new List<Backup>();
        foreach (var file in Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*" + Ending) : [])
        {
            found.Add(await ReadAsync(Path.GetFileName(file), file, ct));
        }

        return [.. found.OrderByDescending(backup => backup.CreatedAt).ThenBy(b => b.Name, StringComparer.Ordinal)];
    }

    /// <summary>Where the backup of this name is; null if there is none.</summary>
    public string? Find(string name) =>
        Names().IsMatch(name) && Path.Combine(Folder, name) is var file && File.Exists(file) ? file : null;

    /// <summary>Begins to make one; null if something is being done already.</summary>
    public BackupWork? Make()
    {
        var at = clock.GetUtcNow().UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        var name = $"{Beginning}{at}{Ending}";
        return Begin(
            BackupAction.Make,
            name,
            (progress, ct) =>
            {
                DataFolder.Create(Folder);
                return archive.CreateAsync(Path.Combine(Folder, name), false, progress, ct);
            }
        );
    }

    /// <summary>Begins to see whether one could be restored; null if something is being done already.</summary>
    public BackupWork? Check(string name, string file) =>
        Begin(BackupAction.Check, name, (progress, ct) => archive.VerifyAsync(file, progress, ct));

    /// <summary>Deletes one; false if it is being worked on.</summary>
    public bool Delete(string name, string file)
    {
        lock (_lock)
        {
            if (_work is { EndedAt: null } work && work.Name == name)
            {
                return false;
            }

            _checks.Remove(name);
            File.Delete(file);
            return true;
        }
    }

    private BackupWork? Begin(
        BackupAction action,
        string name,
        Func<IProgress<BackupProgress>, CancellationToken, Task<BackupSummary>> run
    )
    {
        lock (_lock)
        {
            if (_work is { EndedAt: null })
            {
                return null;
            }

            _work = new BackupWork(action, name, clock.GetUtcNow());
            _run = Task.Run(() => RunAsync(action, name, run), CancellationToken.None);
            return _work;
        }
    }

    private async Task RunAsync(
        BackupAction action,
        string name,
        Func<IProgress<BackupProgress>, CancellationToken, Task<BackupSummary>> run
    )
    {
        string? fault = null;
        try
        {
            await run(new Steps(this), lifetime.ApplicationStopping);
        }
        catch (BackupException exception)
        {
            fault = exception.Message;
            LogFault(name, fault);
        }
        catch (OperationCanceledException)
        {
            fault = "The server was stopped.";
        }
#pragma warning disable CA1031 // The edge of what runs by itself: whoever asked sees that it failed, and the log says how.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            fault = "It failed; the log says why.";
            LogFailure(exception, name);
        }

        lock (_lock)
        {
            var now = clock.GetUtcNow();
            _work = _work! with { EndedAt = now, Fault = fault };
            if (action == BackupAction.Check)
            {
                _checks[name] = new BackupCheck(now, fault);
            }
        }
    }

    private async Task<Backup> ReadAsync(string name, string file, CancellationToken ct)
    {
        BackupCheck? check;
        lock (_lock)
        {
            check = _checks.GetValueOrDefault(name);
        }

        try
        {
            var summary = await BackupArchive.DescribeAsync(file, ct);
            return new Backup(name, summary.CreatedAt, summary.Length ?? 0, summary.Modules, check, []);
        }
        catch (BackupException exception)
        {
            var info = new FileInfo(file);
            var written = new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero);
            var unread = new BackupCheck(clock.GetUtcNow(), exception.Message);
            return new Backup(name, written, info.Exists ? info.Length : 0, [], unread, []);
        }
    }

    private void Report(BackupProgress value)
    {
        lock (_lock)
        {
            _work = _work! with { Step = $"{value.Step} {value.Module}", Done = value.Done, Total = value.Total };
        }
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Warning, Message = "The backup {Name}: {Fault}")]
    private partial void LogFault(string name, string fault);

    [LoggerMessage(EventId = 31, Level = LogLevel.Error, Message = "The backup {Name} failed.")]
    private partial void LogFailure(Exception exception, string name);

    [GeneratedRegex(
        @"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.backup\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Names();

    private sealed class Steps(Backups backups) : IProgress<BackupProgress>
    {
        public void Report(BackupProgress value) => backups.Report(value);
    }
}

/// <summary>Registers them.</summary>
internal static class BackupRegistration
{
    public static IServiceCollection AddBackups(this IServiceCollection services) =>
        services
            .AddSettings<BackupOptions>("Backups")
            .AddSingleton<Backups>()
            .AddSingleton<BackupSchedule>()
            .AddHostedService(provider => provider.GetRequiredService<BackupSchedule>())
            .AddHealthChecks()
            .AddCheck<BackupSchedule>("backups", HealthStatus.Degraded)
            .Services;
}
