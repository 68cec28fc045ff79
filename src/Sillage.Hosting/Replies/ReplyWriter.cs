using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Requests;

namespace Sillage.Hosting.Replies;

/// <summary>Writes every reply that is a resource or a problem, in the form that the client accepts.</summary>
internal static class ReplyWriter
{
    public static readonly string[] ResourceTypes = ["application/json", "application/xml"];

    public static async Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> json, bool noStore)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = noStore ? "no-store" : "private, no-cache";
        response.Headers.ETag = EntityTag.Of(json.Span);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, context.RequestAborted);
    }

    public static async Task WriteProblemAsync(HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } after)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(after.TotalSeconds))
                .ToString(CultureInfo.InvariantCulture);
        }

        response.ContentType = "application/problem+json";
        await response.Body.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(problem, Json.Options),
            context.RequestAborted
        );
    }
}

/// <summary>The tag of a resource: a hash of its JSON form, whatever form is sent.</summary>
public static class EntityTag
{
    /// <summary>A strong entity tag (RFC 9110 section 8.8.3) for a resource's JSON bytes.</summary>
    public static string Of(ReadOnlySpan<byte> json)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(json, hash);
        return $"\"{Base64Url.EncodeToString(hash[..12])}\"";
    }
}
