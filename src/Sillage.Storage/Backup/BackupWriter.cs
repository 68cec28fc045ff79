using System.IO.Compression;
using System.Security.Cryptography;

namespace Sillage.Storage.Backup;

/// <summary>
/// Writes the archive: into a stream, or into a file under a temporary name beside its own, which is renamed once it is complete and
/// on the disk. Nobody but the owner may read it.
/// </summary>
internal sealed class BackupWriter : IDisposable
{
    private readonly string? _target;
    private readonly string? _temporary;
    private readonly Stream _output;
    private readonly ZipArchive _zip;
    private bool _complete;

    public BackupWriter(string target)
    {
        _target = target;
        _temporary = $"{target}.{Guid.CreateVersion7():N}.partial";
        _output = new FileStream(_temporary, DataFolder.Private(FileMode.CreateNew));
        _zip = new ZipArchive(_output, ZipArchiveMode.Create, leaveOpen: true);
    }

    public BackupWriter(Stream output)
    {
        _output = output;
        _zip = new ZipArchive(_output, ZipArchiveMode.Create, leaveOpen: true);
    }

    /// <summary>Packs a stream.</summary>
    /// <returns>The entry as the manifest will list it.</returns>
    public async Task<BackupEntry> AddAsync(string path, Stream content, Action<long>? progress, CancellationToken ct)
    {
        var entry = _zip.CreateEntry(path, CompressionLevel.Fastest);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        var buffer = new byte[128 * 1024];
        await using var destination = await entry.OpenAsync(ct);
        int read;
        while ((read = await content.ReadAsync(buffer, ct)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await destination.WriteAsync(buffer.AsMemory(0, read), ct);
            length += read;
            progress?.Invoke(length);
        }

        return new BackupEntry(path, length, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    /// <summary>Writes the manifest and what closes the archive; a file is brought to the disk and given its name.</summary>
    /// <returns>The file's length; null for a stream.</returns>
    public async Task<long?> CompleteAsync(BackupManifest manifest, bool overwrite, CancellationToken ct)
    {
        var json = manifest.ToJson();
        await using (var entry = await _zip.CreateEntry(BackupManifest.EntryName).OpenAsync(ct))
        {
            await entry.WriteAsync(json, ct);
        }

        // The manifest vouches for the entries, the comment for the manifest.
        _zip.Comment = Seal(json);
        await _zip.DisposeAsync();
        _complete = true;
        if (_output is not FileStream file || _temporary is null)
        {
            await _output.FlushAsync(ct);
            return null;
        }

        file.Flush(flushToDisk: true);
        var length = file.Length;
        await file.DisposeAsync();
        File.Move(_temporary, _target!, overwrite);
        return length;
    }

    /// <summary>The archive's comment.</summary>
    public static string Seal(ReadOnlySpan<byte> manifest) =>
        $"Sillage backup; SHA-256 of {BackupManifest.EntryName}: {Convert.ToHexStringLower(SHA256.HashData(manifest))}";

    public void Dispose()
    {
        if (_complete || _temporary is null)
        {
            return;
        }

        // The archive is thrown away: closing it properly would only write more of it.
        _output.Dispose();
        File.Delete(_temporary);
    }
}
