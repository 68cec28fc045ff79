using Microsoft.AspNetCore.Http;

namespace Sillage.Gateway.Entry;

/// <summary>
/// Takes away on entry what only a gateway may say, and what the client itself says is for the next hop alone
/// (RFC 9110 section 7.6.1): before anything looks at it, so that here and behind the same is believed.
/// </summary>
internal static class HeaderRule
{
    // What the hop needs itself, and what a request is none without.
    private static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "close",
        "keep-alive",
        "upgrade",
        "te",
        "http2-settings",
        "transfer-encoding",
        "content-length",
        "host",
        "connection",
    };

    private static readonly string[] Foreign =
    [
        "Forwarded",
        "X-Real-IP",
        "X-Client-IP",
        "X-Original-URL",
        "X-Original-Host",
        "X-Rewrite-URL",
        "X-HTTP-Method-Override",
        "X-User",
        "X-User-Id",
        "X-User-Name",
        "X-User-Roles",
        "X-Remote-User",
        "Remote-User",
    ];

    private static readonly string[] ForeignBeginnings =
    [
        "Sillage-",
        "X-Sillage-",
        "X-Internal-",
        "X-Auth-",
        "X-Authenticated-",
    ];

    /// <summary>
    /// Applies it. Where the client says <c>close</c> or <c>keep-alive</c>, Kestrel keeps nothing else of the line: what was named beside
    /// goes on, seen by the gateway and by the service alike.
    /// </summary>
    public static void Apply(IHeaderDictionary headers)
    {
        foreach (var line in headers.Connection)
        {
            foreach (
                var name in (line ?? "").Split(
                    ',',
                    StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
                )
            )
            {
                if (!Kept.Contains(name))
                {
                    headers.Remove(name);
                }
            }
        }

        foreach (var name in Foreign)
        {
            headers.Remove(name);
        }

        foreach (var name in headers.Keys)
        {
            if (Array.Exists(ForeignBeginnings, start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase)))
            {
                headers.Remove(name);
            }
        }
    }
}
