using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sillage.Storage.Migrations;

namespace Sillage.Storage.Backup;

/// <summary>Reads an archive and believes nothing in it before it has been checked.</summary>
internal sealed partial class BackupReader : IDisposable
{
    private const int LongestManifest = 16 * 1024 * 1024;

    private readonly string _file;
    private readonly ZipArchive _zip;

    private BackupReader(string file, ZipArchive zip, BackupManifest manifest)
    {
        _file = file;
        _zip = zip;
        Manifest = manifest;
    }

    public BackupManifest Manifest { get; }

    /// <summary>Opens the archive and checks its manifest.</summary>
    /// <exception cref="BackupException">It is not a backup, or not whole.</exception>
    public static async Task<BackupReader> OpenAsync(string file, CancellationToken ct)
    {
        if (!File.Exists(file))
        {
            throw new BackupException($"There is no backup {file}.");
        }

        ZipArchive? zip = null;
        try
        {
            zip = await ZipFile.OpenReadAsync(file, ct);
            var manifest = await ReadManifestAsync(file, zip, ct);
            CheckEntries(file, zip, manifest);
            return new BackupReader(file, zip, manifest);
        }
        catch (Exception exception)
        {
            if (zip is not null)
            {
                await zip.DisposeAsync();
            }

            throw exception switch
            {
                InvalidDataException or JsonException or EndOfStreamException => new BackupException(
                    $"{file} is not a backup of Sillage, or it is damaged.",
                    exception
                ),
                UnauthorizedAccessException or IOException => new BackupException(
                    $"The backup {file} cannot be read: {exception.Message}",
                    exception
                ),
                _ => exception,
            };
        }
    }

    /// <summary>Checks that what is in the archive can go to this program's databases.</summary>
    /// <exception cref="BackupException">Another engine, a module or a migration that this program does not have.</exception>
    public void CheckFits(SqlDialect engine, IReadOnlyCollection<ModuleRegistration> registrations)
    {
        if (Manifest.Engine != engine)
        {
            throw new BackupException(
                $"The backup {_file} was made on {Manifest.Engine} and cannot be restored to {engine}."
            );
        }

        foreach (var module in Manifest.Modules)
        {
            var registration =
                registrations.FirstOrDefault(candidate => candidate.Name == module.Name)
                ?? throw new BackupException(
                    $"The backup {_file} holds the module {module.Name}, which is not switched on here. It was made by Sillage {Manifest.Program}; this is {ProgramVersion.Current}."
                );
            try
            {
                AppliedMigrations.Verify(
                    $"{module.Name} in the backup",
                    module.Migrations,
                    registration.AllMigrations(engine),
                    Manifest.Program
                );
            }
            catch (MigrationException exception)
            {
                throw new BackupException(exception.Message, exception);
            }
        }
    }

    /// <summary>Copies an entry out and checks its length and hash.</summary>
    /// <exception cref="BackupException">It is not what the manifest says.</exception>
    public async Task CopyAsync(BackupEntry entry, Stream destination, Action<long>? progress, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        var length = 0L;
        try
        {
            await using var source = await _zip.GetEntry(entry.Path)!.OpenAsync(ct);
            int read;
            // No further than it may be: a damaged length must not fill the disk.
            while (length <= entry.Length && (read = await source.ReadAsync(buffer, ct)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await destination.WriteAsync(buffer.AsMemory(0, read), ct);
                length += read;
                progress?.Invoke(length);
            }
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(entry, exception);
        }

        if (length != entry.Length || Convert.ToHexStringLower(hash.GetCurrentHash()) != entry.Sha256)
        {
            throw Damaged(entry, null);
        }
    }

    public void Dispose() => _zip.Dispose();

    private BackupException Damaged(BackupEntry entry, Exception? inner) =>
        new($"The backup {_file} is damaged: {entry.Path} is not what it was. Use another backup.", inner);

    private static async Task<BackupManifest> ReadManifestAsync(string file, ZipArchive zip, CancellationToken ct)
    {
        var entry = zip.GetEntry(BackupManifest.EntryName);
        if (entry is null || entry.Length > LongestManifest)
        {
            throw new InvalidDataException("No manifest.");
        }

        using var json = new MemoryStream();
        await using (var stream = await entry.OpenAsync(ct))
        {
            await stream.CopyToAsync(json, ct);
        }

        var bytes = json.ToArray();
        if (zip.Comment != BackupWriter.Seal(bytes))
        {
            throw new InvalidDataException("The manifest is not what it was.");
        }

        var manifest = BackupManifest.FromJson(bytes) ?? throw new InvalidDataException("An empty manifest.");
        return manifest.Format is >= BackupManifest.OldestFormat and <= BackupManifest.CurrentFormat
            ? manifest
            : throw new BackupException(
                $"The backup {file} has the format {manifest.Format}, which this program, Sillage {ProgramVersion.Current}, does not know. Restore it with the one that made it, Sillage {manifest.Program}, or a later one."
            );
    }

    /// <summary>Exactly the entries that the manifest lists, under names that are safe to use.</summary>
    private static void CheckEntries(string file, ZipArchive zip, BackupManifest manifest)
    {
        var listed = manifest.Modules.SelectMany(module => module.Entries).Select(entry => entry.Path).ToArray();
        var present = zip
            .Entries.Select(entry => entry.FullName)
            .Where(name => name != BackupManifest.EntryName)
            .ToArray();
        var areSafe =
            manifest.Modules.All(module => ModuleNames().IsMatch(module.Name)) && listed.All(EntryNames().IsMatch);
        if (!areSafe || !listed.Order(StringComparer.Ordinal).SequenceEqual(present.Order(StringComparer.Ordinal)))
        {
            throw new BackupException($"{file} is not a backup of Sillage, or it is damaged: parts are missing.");
        }
    }

    [GeneratedRegex(StorageRegistration.NamePattern, RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ModuleNames();

    [GeneratedRegex(
        @"^[a-z]{1,32}((\.[a-z]{1,32})?\.db|/[A-Za-z0-9_]{1,64}\.copy)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex EntryNames();
}
