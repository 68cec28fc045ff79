using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sillage.Hosting.Problems;

namespace Sillage.Traces.Intake;

/// <summary>Reads the body of an intake request: its form, its compression, its length.</summary>
internal static class TraceBody
{
    public static readonly string[] MediaTypes =
    [
        "application/json",
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/xml",
    ];

    /// <summary>Reads the body whole.</summary>
    /// <exception cref="ProblemException">400, 413 or 415.</exception>
    public static async ValueTask<(ReadOnlyMemory<byte> Body, BatchForm Form)> ReadAsync(HttpContext http, int maximum)
    {
        var mediaType = MediaTypeOf(http.Request);
        await using var stream = Expand(http.Request);
        ReadOnlyMemory<byte> body;
        try
        {
            body = await ReadToEndAsync(stream, http.Request.ContentLength, maximum, http.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    $"The body is not valid {http.Request.Headers.ContentEncoding}.",
                    new FieldError("", e.Message)
                )
            );
        }

        return mediaType == "application/xml"
            ? (XmlTraces.ToJson(body), BatchForm.Json)
            : (body, mediaType == "application/json" ? BatchForm.Json : BatchForm.NdJson);
    }

    private static string MediaTypeOf(HttpRequest request)
    {
        if (request.ContentType == MediaTypes[0])
        {
            return MediaTypes[0];
        }

        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var sent))
        {
            var known = MediaTypes.FirstOrDefault(m => sent.MediaType.Equals(m, StringComparison.OrdinalIgnoreCase));
            // XML names its encoding itself; JSON has one only (RFC 8259 section 8.1).
            if (
                known is not null
                && (!sent.Charset.HasValue || sent.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            )
            {
                return known;
            }
        }

        throw new ProblemException(
            Problem.Of(
                StatusCodes.Status415UnsupportedMediaType,
                "Unsupported media type",
                $"The Content-Type has to be one of {string.Join(", ", MediaTypes)}, in UTF-8."
            )
        );
    }

    private static Stream Expand(HttpRequest request) =>
        request.Headers.ContentEncoding.ToString().ToUpperInvariant() switch
        {
            "" or "IDENTITY" => request.Body,
            "GZIP" => new GZipStream(request.Body, CompressionMode.Decompress),
            "BR" => new BrotliStream(request.Body, CompressionMode.Decompress),
            _ => throw new ProblemException(
                Problem.Of(
                    StatusCodes.Status415UnsupportedMediaType,
                    "Unsupported media type",
                    "The Content-Encoding has to be gzip, br or none."
                )
            ),
        };

    private static async ValueTask<ReadOnlyMemory<byte>> ReadToEndAsync(
        Stream stream,
        long? announced,
        int maximum,
        CancellationToken cancellationToken
    )
    {
        if (announced > maximum)
        {
            throw TooLarge(maximum);
        }

        // One byte more than announced, so that the end is seen without growing. What is not announced starts small.
        var buffer = new byte[Math.Min((announced ?? 4095) + 1, 64 * 1024)];
        var length = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0)
        {
            length += read;
            if (length > maximum)
            {
                throw TooLarge(maximum);
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, maximum + 1L));
            }
        }

        return buffer.AsMemory(0, length);
    }

    private static ProblemException TooLarge(int maximum) =>
        new(
            Problem.Of(
                StatusCodes.Status413PayloadTooLarge,
                "Content too large",
                $"A batch of traces has at most {maximum} bytes, after decompression. Send it in parts."
            )
        );
}
