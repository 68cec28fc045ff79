using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Sillage.Api.Replies;

/// <summary>
/// The tag of a resource: a hash of its JSON form. Each representation has a tag of its own (RFC 9110 section 8.8.3.3):
/// XML with the suffix <c>-xml</c>, a compressed one with the coding's name after that.
/// </summary>
public static class EntityTag
{
    private const int HashLength = 16;
    private static readonly string[] Suffixes = ["", "-xml", "-br", "-gzip", "-xml-br", "-xml-gzip"];

    /// <summary>A strong entity tag for a resource's JSON bytes.</summary>
    public static string Of(ReadOnlySpan<byte> json)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(json, hash);
        return $"\"{Base64Url.EncodeToString(hash[..12])}\"";
    }

    /// <summary>The tag of the resource's XML form.</summary>
    internal static string ForXml(string tag) => WithSuffix(tag, "-xml");

    /// <summary>Whether <c>If-Match</c> names the resource, in whatever form the client has it; weak tags never do.</summary>
    internal static bool IsMatch(StringValues header, string tag) => AnyNames(header, tag, weak: false);

    /// <summary>Whether <c>If-None-Match</c> names the resource, so that there is nothing new to send.</summary>
    public static bool IsNoneMatch(StringValues header, string tag) => AnyNames(header, tag, weak: true);

    /// <summary>Gives a reply that is compressed on its way out the tag of the compressed form.</summary>
    public static void FollowCompression(HttpContext context)
    {
        if (context.Request.Headers.AcceptEncoding.Count > 0)
        {
            context.Response.OnStarting(
                static state =>
                {
                    var headers = ((HttpResponse)state).Headers;
                    if (headers.ContentEncoding.ToString() is { Length: > 0 } coding)
                    {
                        headers.ETag = WithSuffix(headers.ETag.ToString(), "-" + coding);
                    }

                    return Task.CompletedTask;
                },
                context.Response
            );
        }
    }

    private static bool AnyNames(StringValues header, string tag, bool weak)
    {
        if (!EntityTagHeaderValue.TryParseList(header.ToArray()!, out var named))
        {
            return false;
        }

        return named.Any(n =>
            n.Equals(EntityTagHeaderValue.Any) || ((weak || !n.IsWeak) && NamesResource(n.Tag.AsSpan().Trim('"'), tag))
        );
    }

    private static bool NamesResource(ReadOnlySpan<char> named, string tag)
    {
        if (named.Length < HashLength || !named[..HashLength].SequenceEqual(tag.AsSpan(1, HashLength)))
        {
            return false;
        }

        foreach (var suffix in Suffixes)
        {
            if (named[HashLength..].SequenceEqual(suffix))
            {
                return true;
            }
        }

        return false;
    }

    private static string WithSuffix(string tag, string suffix) =>
        string.Concat(tag.AsSpan(0, tag.Length - 1), suffix, "\"");
}
