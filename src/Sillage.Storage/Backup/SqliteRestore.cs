using System.Globalization;

namespace Sillage.Storage.Backup;

/// <summary>
/// Puts a verified set of files in the place of those in the data folder. The set is first made ready beside them; the
/// renames that follow can be finished after a crash at any point, which the next start does.
/// </summary>
internal static class SqliteRestore
{
    private const string StagingPrefix = "restoring-";
    private const string ReadyPrefix = "restore-ready-";
    private const string BeforePrefix = "before-restore-";
    private const string ArrivedSuffix = ".arrived";

    /// <summary>Unpacks and verifies everything into a folder of its own.</summary>
    /// <returns>The folder, complete and not yet in effect.</returns>
    public static async Task<string> StageAsync(
        BackupReader reader,
        string folder,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        var staging = DataFolder.Create(Path.Combine(folder, $"{StagingPrefix}{Guid.CreateVersion7():N}"));
        try
        {
            foreach (var module in reader.Manifest.Modules)
            {
                await StageAsync(reader, module, staging, progress, ct);
            }

            return staging;
        }
        catch
        {
            Directory.Delete(staging, recursive: true);
            throw;
        }
    }

    /// <summary>Declares the staged files the ones to be, and puts them in their place.</summary>
    /// <returns>The folder that holds what was there before.</returns>
    public static string Replace(string folder, string staging, DateTimeOffset now)
    {
        var stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        FileOwner.AsFolderOf(staging);
        // From this rename on there is only one way: forward.
        Directory.Move(staging, Path.Combine(folder, ReadyPrefix + stamp));
        Finish(folder);
        return Path.Combine(folder, BeforePrefix + stamp);
    }

    /// <summary>Finishes what <see cref="Replace"/> may have left half-done. Needs the folder's lock.</summary>
    public static void Finish(string folder)
    {
        foreach (var abandoned in Directory.EnumerateDirectories(folder, StagingPrefix + "*"))
        {
            Directory.Delete(abandoned, recursive: true);
        }

        foreach (var ready in Directory.EnumerateDirectories(folder, ReadyPrefix + "*").Order(StringComparer.Ordinal))
        {
            var before = DataFolder.Create(
                Path.Combine(folder, BeforePrefix + Path.GetFileName(ready)[ReadyPrefix.Length..])
            );
            FileOwner.AsFolderOf(before);
            Finish(folder, ready, before);
        }
    }

    private static void Finish(string folder, string ready, string before)
    {
        // 1. What is there goes out, unless a mark says that it has come in already. The file goes after its log, so
        //    that a crash in between never leaves a log without its file.
        var old = SqliteBackup
            .Files(folder)
            .Where(file => !File.Exists(Path.Combine(before, file + ArrivedSuffix)))
            .ToArray();
        foreach (var file in old)
        {
            foreach (var suffix in new[] { ".db-shm", ".db-wal", ".db" })
            {
                MoveIfThere(Path.Combine(folder, file + suffix), Path.Combine(before, file + suffix));
            }
        }

        // 2. The new files come in, each marked first.
        foreach (var file in SqliteBackup.Files(ready))
        {
            DataFolder.CreatePrivateFile(Path.Combine(before, file + ArrivedSuffix));
            File.Move(Path.Combine(ready, $"{file}.db"), Path.Combine(folder, $"{file}.db"));
        }

        // 3. Done: without the folder that was made ready nobody comes here again.
        Directory.Delete(ready, recursive: true);
        foreach (var marker in Directory.EnumerateFiles(before, "*" + ArrivedSuffix))
        {
            File.Delete(marker);
        }
    }

    private static void MoveIfThere(string from, string to)
    {
        if (File.Exists(from))
        {
            File.Move(from, to);
        }
    }

    private static async Task StageAsync(
        BackupReader reader,
        BackupModule module,
        string staging,
        IProgress<BackupProgress>? progress,
        CancellationToken ct
    )
    {
        var files = module.Entries.Select(entry => Path.GetFileNameWithoutExtension(entry.Path)).ToArray();
        if (!files.Contains(module.Name) || files.Any(file => SqliteBackup.ModuleOf(file) != module.Name))
        {
            throw new BackupException($"The backup is damaged: it has no {module.Name}.db.");
        }

        foreach (var entry in module.Entries)
        {
            var target = Path.Combine(staging, entry.Path);
            await using var destination = new FileStream(target, DataFolder.Private(FileMode.CreateNew));
            await reader.CopyAsync(
                entry,
                destination,
                done => progress?.Report(new BackupProgress("verify", entry.Path, done, entry.Length)),
                ct
            );
            destination.Flush(flushToDisk: true);
        }

        var migrations = await SqliteBackup.CheckAsync(staging, module.Name, files, ct);
        if (!migrations.SequenceEqual(module.Migrations))
        {
            throw new BackupException($"The backup is damaged: {module.Name} is not at the version that it says.");
        }
    }
}
