using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Sillage.Api.Formats;

/// <summary>Chooses the form of a reply by the request's <c>Accept</c> (RFC 9110 section 12.5.1).</summary>
internal static class Negotiation
{
    /// <summary>The forms that every resource comes in.</summary>
    public static readonly string[] ResourceTypes = ["application/json", "application/xml"];

    /// <summary>Whether XML is to be sent; JSON where the client does not mind, null where it takes neither.</summary>
    public static bool? ChoosesXml(HttpRequest request) =>
        Choose(request, ResourceTypes) switch
        {
            null => null,
            var chosen => ReferenceEquals(chosen, ResourceTypes[1]),
        };

    /// <summary>Whether a problem is to be sent as XML: only to clients that ask for XML and not as much for JSON.</summary>
    public static bool ChoosesXmlProblem(HttpRequest request)
    {
        if (IsAnything(request) || !TryParse(request, out var accepted))
        {
            return false;
        }

        // Who asks for resources in XML reads problems in XML too.
        var json = Math.Max(Quality(accepted, "application/json"), Quality(accepted, "application/problem+json"));
        var xml = Math.Max(Quality(accepted, "application/xml"), Quality(accepted, "application/problem+xml"));
        return xml > json;
    }

    /// <summary>The offered type that the client likes best, the first of equals; null if it takes none of them.</summary>
    public static string? Choose(HttpRequest request, IReadOnlyList<string> offered)
    {
        if (IsAnything(request) || !TryParse(request, out var accepted))
        {
            return offered[0];
        }

        var (best, bestQuality) = ((string?)null, 0.0);
        foreach (var type in offered)
        {
            var quality = Quality(accepted, type);
            if (quality > bestQuality)
            {
                (best, bestQuality) = (type, quality);
            }
        }

        return best;
    }

    private static bool IsAnything(HttpRequest request) =>
        request.Headers.Accept is var accept
        && (accept.Count == 0 || (accept.Count == 1 && accept[0] is "" or "*/*" or "application/json"));

    // A header that cannot be read asks for nothing.
    private static bool TryParse(HttpRequest request, out IList<MediaTypeHeaderValue> accepted)
    {
        if (
            MediaTypeHeaderValue.TryParseList(request.Headers.Accept.ToArray()!, out var parsed)
            && parsed is { Count: > 0 }
        )
        {
            accepted = parsed;
            return true;
        }

        accepted = [];
        return false;
    }

    private static double Quality(IList<MediaTypeHeaderValue> accepted, string type)
    {
        var (quality, precision) = (0.0, -1);
        var slash = type.IndexOf('/', StringComparison.Ordinal);
        foreach (var range in accepted)
        {
            var match =
                range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase) ? 2
                : range.MatchesAllTypes ? 0
                : range.MatchesAllSubTypes
                && range.Type.AsSpan().Equals(type.AsSpan(0, slash), StringComparison.OrdinalIgnoreCase)
                    ? 1
                : -1;
            if (match > precision)
            {
                (quality, precision) = (range.Quality ?? 1.0, match);
            }
        }

        return quality;
    }
}
