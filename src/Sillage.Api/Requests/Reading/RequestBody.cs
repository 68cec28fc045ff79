using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sillage.Api.Access;
using Sillage.Api.Problems;

namespace Sillage.Api.Requests.Reading;

/// <summary>A request's whole body: as it came, and as JSON.</summary>
/// <param name="Bytes">As it came.</param>
/// <param name="Json">The same as JSON, where it came as XML.</param>
internal readonly record struct RequestBody(ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Json)
{
    private const int LargestFirstBuffer = 64 * 1024;
    private static readonly object BytesKey = new();

    /// <summary>Reads the body in one of the media types given, of which those ending with <c>xml</c> are read as XML.</summary>
    /// <exception cref="ProblemException">400, 413 or 415.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, string[] mediaTypes, JsonTypeInfo type)
    {
        var isXml = IsXml(context.Request, mediaTypes);
        var bytes = await ReadBytesAsync(context);
        return new RequestBody(bytes, isXml ? XmlToJson.Convert(bytes, type) : bytes);
    }

    /// <summary>The whole body as bytes, kept on the request for whoever needs them again.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadBytesAsync(HttpContext context)
    {
        if (context.Items.TryGetValue(BytesKey, out var kept))
        {
            return (ReadOnlyMemory<byte>)kept!;
        }

        var expected = (int)Math.Clamp(context.Request.ContentLength ?? 0, 256, LargestFirstBuffer);
        var charge = new BodyBuffer(context);
        charge.GrowTo(expected);
        var buffer = new ArrayBufferWriter<byte>(expected);
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            foreach (var segment in read.Buffer)
            {
                if (segment.Length > buffer.FreeCapacity)
                {
                    // It doubles, or more if that is not enough.
                    charge.GrowTo(buffer.Capacity + Math.Max(buffer.Capacity, segment.Length));
                }

                buffer.Write(segment.Span);
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        context.Items[BytesKey] = buffer.WrittenMemory;
        return buffer.WrittenMemory;
    }

    private static bool IsXml(HttpRequest request, string[] mediaTypes)
    {
        if (request.ContentType is "application/json")
        {
            return false;
        }

        if (
            MediaTypeHeaderValue.TryParse(request.ContentType, out var sent)
            && mediaTypes.Any(m => sent.MediaType.Equals(m, StringComparison.OrdinalIgnoreCase))
        )
        {
            var isXml = sent.MediaType.EndsWith("xml", StringComparison.OrdinalIgnoreCase);
            // XML names its encoding itself; JSON has one only (RFC 8259 section 8.1).
            if (isXml || !sent.Charset.HasValue || sent.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            {
                return isXml;
            }
        }

        throw new ProblemException(Problem.UnsupportedMediaType(mediaTypes));
    }
}
