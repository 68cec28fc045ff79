using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Sillage.Api.Access;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;

namespace Sillage.Traces.Intake;

/// <summary>Reads the body of an intake request: its form, its compression, its length.</summary>
internal static class TraceBody
{
    internal static readonly object[] Example =
    [
        new
        {
            id = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58",
            timestamp = "2026-11-20T09:30:00.250Z",
            session = "s-1",
            sequence = 1,
            name = "answered",
            data = new
            {
                room = "loops",
                answer = "for",
                correct = true,
            },
            participant = 1,
        },
    ];

    public static readonly string[] MediaTypes =
    [
        "application/json",
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/xml",
    ];

    private enum Encoding
    {
        None,
        Gzip,
        Brotli,
    }

    // Its text and the JSON that it stands for, beside it.
    private const int XmlTakes = 4;

    /// <summary>Reads the body whole, once: what the key has read to know it again is what is taken in.</summary>
    /// <exception cref="ProblemException">400, 408, 413 or 415; 429 or 503: there is no room for it now.</exception>
    public static async ValueTask<(ReadOnlyMemory<byte> Body, BatchForm Form)> ReadAsync(
        HttpContext http,
        int maximum,
        IdempotencyKey? key = null
    )
    {
        var mediaType = MediaTypeOf(http.Request);
        var encoding = EncodingOf(http.Request);
        var sent = key is null ? null : await key.ReadBodyAsync(http);
        var body =
            encoding != Encoding.None ? await UnpackAsync(http, sent, encoding, maximum)
            : sent is null
                ? await ReadToEndAsync(
                    http,
                    http.Request.Body,
                    http.Request.ContentLength,
                    maximum,
                    http.RequestAborted
                )
            : sent.Value.Length <= maximum ? sent.Value
            : throw TooLarge(maximum);
        if (mediaType != "application/xml")
        {
            return (body, mediaType == "application/json" ? BatchForm.Json : BatchForm.NdJson);
        }

        new BodyBuffer(http).GrowTo(body.Length * XmlTakes);
        return (XmlTraces.ToJson(body), BatchForm.Json);
    }

    private static async ValueTask<ReadOnlyMemory<byte>> UnpackAsync(
        HttpContext http,
        ReadOnlyMemory<byte>? sent,
        Encoding encoding,
        int maximum
    )
    {
        var packed = sent is { } bytes
            ? PipeReader.Create(new ReadOnlySequence<byte>(bytes)).AsStream()
            : http.Request.Body;
        await using Stream stream =
            encoding == Encoding.Gzip
                ? new GZipStream(packed, CompressionMode.Decompress)
                : new BrotliStream(packed, CompressionMode.Decompress);
        var time = http.RequestServices.GetRequiredService<BodyBudget>().Unpacking;
        var clock = http.RequestServices.GetRequiredService<TimeProvider>();
        using var late = new CancellationTokenSource(time, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, late.Token);
        try
        {
            // What was announced is the packed length, which says little.
            return await ReadToEndAsync(http, stream, announced: null, maximum, end.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new ProblemException(
                Problem.Of(
                    StatusCodes.Status408RequestTimeout,
                    "Request timeout",
                    $"A compressed body has {time.TotalSeconds} s to come and be unpacked. Nothing was stored; send it in smaller parts."
                )
            );
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    $"The body is not valid {http.Request.Headers.ContentEncoding}.",
                    new FieldError(
                        "",
                        "It cannot be unpacked: it is packed in another way, or a part of it is missing."
                    )
                )
            );
        }
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

    private static Encoding EncodingOf(HttpRequest request) =>
        request.Headers.ContentEncoding.ToString().ToUpperInvariant() switch
        {
            "" or "IDENTITY" => Encoding.None,
            "GZIP" => Encoding.Gzip,
            "BR" => Encoding.Brotli,
            _ => throw new ProblemException(
                Problem.Of(
                    StatusCodes.Status415UnsupportedMediaType,
                    "Unsupported media type",
                    "The Content-Encoding has to be gzip, br or none."
                )
            ),
        };

    private static async ValueTask<ReadOnlyMemory<byte>> ReadToEndAsync(
        HttpContext http,
        Stream stream,
        long? announced,
        int maximum,
        CancellationToken ct
    )
    {
        if (announced > maximum)
        {
            throw TooLarge(maximum);
        }

        // One byte more than announced, so that the end is seen without growing. What is not announced starts small.
        var charge = new BodyBuffer(http);
        var size = (int)Math.Min((announced ?? 4095) + 1, 64 * 1024);
        charge.GrowTo(size);
        var buffer = new byte[size];
        var length = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(length), ct)) > 0)
        {
            length += read;
            if (length > maximum)
            {
                throw TooLarge(maximum);
            }

            if (length == buffer.Length)
            {
                size = (int)Math.Min(buffer.Length * 2L, maximum + 1L);
                charge.GrowTo(size);
                Array.Resize(ref buffer, size);
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
