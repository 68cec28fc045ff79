using System.IO.Compression;
using System.Security.Cryptography;

namespace Sillage.Storage.Backup;

/// <summary>
/// Writes the archive under a temporary name beside its own and renames it once it is complete and on the disk. Nobody
/// but the owner may read it.
/// </summary>
internal sealed class BackupWriter : IDisposable
{
    private readonly string _target;
    private readonly string _temporary;
    private readonly FileStream _file;
    private readonly ZipArchive _zip;
    private bool _complete;

    public BackupWriter(string target)
    {
        _target = target;
        _temporary = $"{target}.{Guid.CreateVersion7():N}.partial";
        _file = new FileStream(_temporary, DataFolder.Private(FileMode.CreateNew));
        _zip = new ZipArchive(_file, ZipArchiveMode.Create, leaveOpen: true);
    }

    /// <summary>Packs a stream.</summary>
    /// <returns>The entry as the manifest will list it.</returns>
    public async Task<BackupEntry> AddAsync(
        string path,
        Stream content,
        Action<long>? progress,
        CancellationToken cancellationToken
    )
    {
        var entry = _zip.CreateEntry(path, CompressionLevel.Fastest);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        var buffer = new byte[128 * 1024];
        await using var destination = await entry.OpenAsync(cancellationToken);
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            length += read;
            progress?.Invoke(length);
        }

        return new BackupEntry(path, length, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    /// <summary>Writes the manifest, brings everything to the disk and gives the file its name.</summary>
    /// <returns>The file's length.</returns>
    public async Task<long> CompleteAsync(BackupManifest manifest, bool overwrite, CancellationToken cancellationToken)
    {
        var json = manifest.ToJson();
        await using (var entry = await _zip.CreateEntry(BackupManifest.EntryName).OpenAsync(cancellationToken))
        {
            await entry.WriteAsync(json, cancellationToken);
        }

        // The manifest vouches for the entries, the comment for the manifest.
        _zip.Comment = Seal(json);
        await _zip.DisposeAsync();
        _file.Flush(flushToDisk: true);
        var length = _file.Length;
        await _file.DisposeAsync();
        File.Move(_temporary, _target, overwrite);
        _complete = true;
        return length;
    }

    /// <summary>The archive's comment.</summary>
    public static string Seal(ReadOnlySpan<byte> manifest) =>
        $"Sillage backup; SHA-256 of {BackupManifest.EntryName}: {Convert.ToHexStringLower(SHA256.HashData(manifest))}";

    public void Dispose()
    {
        if (_complete)
        {
            return;
        }

        // The archive is thrown away: closing it properly would only write more of it.
        _file.Dispose();
        File.Delete(_temporary);
    }
}
