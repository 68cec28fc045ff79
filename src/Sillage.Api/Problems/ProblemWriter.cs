using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Formats;

namespace Sillage.Api.Problems;

/// <summary>Writes problems as <c>application/problem+json</c>, or as <c>application/problem+xml</c> to those who read XML.</summary>
internal static class ProblemWriter
{
    /// <summary>The namespace of RFC 9457 appendix B.</summary>
    public const string XmlNamespace = "urn:ietf:rfc:7807";

    // How many times the limit of a body is still read, only for its sender to come to the reply.
    private const int MostReadInVain = 4;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } after)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(after.TotalSeconds))
                .ToString(CultureInfo.InvariantCulture);
        }

        LetTheSenderEnd(context);
        var (bytes, type) = FormOf(context) is { } form
            ? (ToForm(form, problem), "application/json; charset=utf-8")
            : Negotiate(context, problem);
        response.ContentType = type;
        response.ContentLength = bytes.Length;
        // Not under the request's token: where a time limit ended the request, that one has ended too.
        await response.BodyWriter.WriteAsync(bytes, CancellationToken.None);
    }

    /// <summary>The id under which the log and the traces speak of this request.</summary>
    public static string TraceId(HttpContext context) =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity
            ? activity.TraceId.ToHexString()
            : context.TraceIdentifier;

    // A client that still sends sees no reply but a broken connection once the server hangs up on it. So a body that is
    // somewhat too long is read to its end, and thrown away; whoever sends much more is told that the connection ends.
    private static void LetTheSenderEnd(HttpContext context)
    {
        if (
            context.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } limit
            || !(context.Request.ContentLength > limit.MaxRequestBodySize)
        )
        {
            return;
        }

        if (context.Request.ContentLength / MostReadInVain <= limit.MaxRequestBodySize)
        {
            limit.MaxRequestBodySize = context.Request.ContentLength;
        }
        else
        {
            context.Response.Headers.Connection = "close";
        }
    }

    private static ProblemForm? FormOf(HttpContext context)
    {
        foreach (var form in context.RequestServices.GetServices<ProblemForm>())
        {
            if (form.Covers(context.Request.Path))
            {
                return form;
            }
        }

        return null;
    }

    private static (ReadOnlyMemory<byte> Bytes, string Type) Negotiate(HttpContext context, Problem problem)
    {
        context.Response.Headers.Append("Vary", "Accept");
        var json = ToJson(context, problem);
        return Negotiation.ChoosesXmlProblem(context.Request)
            ? (JsonToXml.Convert(json, "problem", XmlNamespace, "i"), "application/problem+xml; charset=utf-8")
            : (json, "application/problem+json");
    }

    private static ReadOnlyMemory<byte> ToForm(ProblemForm form, Problem problem)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        writer.WriteString(form.Member(problem.Status), form.Text(problem));
        if (form.Further is var (member, text))
        {
            writer.WriteString(member, text(problem));
        }

        if (form.Status is { } status)
        {
            writer.WriteNumber(status, problem.Status);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> ToJson(HttpContext context, Problem problem)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        // RFC 9457 section 4.2.1: the status says all that there is to say of the kind.
        writer.WriteString("type"u8, "about:blank"u8);
        writer.WriteString("title"u8, problem.Title);
        writer.WriteNumber("status"u8, problem.Status);
        if (problem.Detail is { } detail)
        {
            writer.WriteString("detail"u8, detail);
        }

        writer.WriteString("instance"u8, (context.Request.PathBase + context.Request.Path).ToUriComponent());
        writer.WriteString("traceId"u8, TraceId(context));
        if (problem.Errors is { } errors)
        {
            writer.WriteStartArray("errors"u8);
            foreach (var error in errors)
            {
                writer.WriteStartObject();
                writer.WriteString("pointer"u8, error.Pointer);
                writer.WriteString("detail"u8, error.Detail);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
