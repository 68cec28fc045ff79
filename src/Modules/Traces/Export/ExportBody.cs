using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Sillage.Traces.Export;

/// <summary>Where an export goes: into the reply as it is, or through gzip as a file.</summary>
internal sealed class ExportBody(HttpResponse response, bool gzip) : IAsyncDisposable
{
    private GZipStream? _gzip;

    /// <summary>Sends on.</summary>
    /// <returns>Whether nobody reads any more.</returns>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (!gzip)
        {
            return (await response.BodyWriter.WriteAsync(bytes, ct)).IsCompleted;
        }

        if (_gzip is null)
        {
            // From here on a failure cuts the connection: it must not end as an error reply behind half a file.
            await response.StartAsync(ct);
            _gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        }

        // Compressing takes as long as reading does: each gets a processor of its own.
        await Task.Run(() => _gzip.WriteAsync(bytes, ct).AsTask(), ct);
        return false;
    }

    /// <summary>
    /// Writes what makes a compressed file complete. The connection of what was cut off is closed before, so that it
    /// never looks so.
    /// </summary>
    public ValueTask DisposeAsync() => _gzip?.DisposeAsync() ?? ValueTask.CompletedTask;
}
