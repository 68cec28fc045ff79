namespace Sillage.Gateway.Entry;

/// <summary>
/// The one rule for paths: none that two readers may take for two. What a proxy or a service might unpack, join or cut – an encoded or
/// a backward slash, an empty or a dotted segment, a parameter behind a semicolon, a zero – is refused, so that what is let in is what is routed.
/// </summary>
internal static class PathRule
{
    /// <summary>What is wrong with a request's target as it came; null if nothing is.</summary>
    public static string? Fault(string target)
    {
        var path = Path(target);
        if (path.Contains('\\', StringComparison.Ordinal) || Has(path, "%5c"))
        {
            return "a backslash";
        }

        if (Has(path, "%2f"))
        {
            return "an encoded slash (%2F)";
        }

        if (path.Contains(';', StringComparison.Ordinal))
        {
            return "a semicolon";
        }

        if (Has(path, "%00"))
        {
            return "a zero (%00)";
        }

        if (path.Contains("//", StringComparison.Ordinal))
        {
            return "an empty segment (//)";
        }

        foreach (var range in path.AsSpan().Split('/'))
        {
            if (IsDots(path.AsSpan()[range]))
            {
                return "a segment of dots";
            }
        }

        return null;
    }

    // Of the absolute form (RFC 9112 section 3.2.2) what comes behind the authority.
    private static string Path(string target)
    {
        var end = target.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? target : target[..end];
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (path.StartsWith('/') || scheme < 0)
        {
            return path;
        }

        var slash = path.IndexOf('/', scheme + 3);
        return slash < 0 ? "" : path[slash..];
    }

    private static bool Has(string path, string part) => path.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static bool IsDots(ReadOnlySpan<char> segment)
    {
        var dots = 0;
        while (segment.Length > 0)
        {
            var length =
                segment[0] == '.' ? 1
                : segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase) ? 3
                : 0;
            if (length == 0)
            {
                return false;
            }

            dots++;
            segment = segment[length..];
        }

        return dots is 1 or 2;
    }
}
