using Microsoft.AspNetCore.Http;

namespace Sillage.Hosting.Pipeline;

/// <summary>
/// The two cookies in which a browser keeps a session: the access token, which is a credential on every request, and the refresh
/// token, which is read by <c>/api/v1/auth/cookies</c> only. No script can read them, and no page of another site makes a browser
/// send them. Over TLS their names bind them to this host (RFC 6265bis section 4.1.3.2).
/// </summary>
public static class SessionCookies
{
    private const string Access = "sillage";
    private const string Refresh = "sillage-refresh";
    private const string HostPrefix = "__Host-";

    /// <summary>Whether a request brings one with an access token.</summary>
    public static bool IsBrought(HttpRequest request) => ReadAccess(request) is not null;

    /// <summary>The access token; null if there is none.</summary>
    public static string? ReadAccess(HttpRequest request) => Read(request, Access);

    /// <summary>The refresh token; null if there is none.</summary>
    public static string? ReadRefresh(HttpRequest request) => Read(request, Refresh);

    /// <summary>Gives the browser both.</summary>
    /// <param name="context">The request that asked for them.</param>
    /// <param name="access">The access token.</param>
    /// <param name="accessLife">How long it counts.</param>
    /// <param name="refresh">The refresh token.</param>
    /// <param name="refreshLife">How long it counts.</param>
    public static void Set(
        HttpContext context,
        string access,
        TimeSpan accessLife,
        string refresh,
        TimeSpan refreshLife
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        Append(context, Access, access, accessLife);
        Append(context, Refresh, refresh, refreshLife);
    }

    /// <summary>Takes both away.</summary>
    public static void Clear(HttpContext context)
    {
        ClearAccess(context);
        Append(context, Refresh, "", TimeSpan.Zero);
    }

    /// <summary>Takes the access token away: it counts no more, and would be refused on routes that need none.</summary>
    internal static void ClearAccess(HttpContext context) => Append(context, Access, "", TimeSpan.Zero);

    private static string? Read(HttpRequest request, string name)
    {
        ArgumentNullException.ThrowIfNull(request);
        return
            request.Headers.Cookie.Count > 0
            && request.Cookies.TryGetValue(NameOf(request, name), out var value)
            && value.Length > 0
            ? value
            : null;
    }

    private static void Append(HttpContext context, string name, string value, TimeSpan life) =>
        context.Response.Cookies.Append(
            NameOf(context.Request, name),
            value,
            new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = context.Request.IsHttps,
                Path = "/",
                MaxAge = life,
                IsEssential = true,
            }
        );

    // Without TLS a browser takes no cookie of such a name.
    private static string NameOf(HttpRequest request, string name) => request.IsHttps ? HostPrefix + name : name;
}

/// <summary>Marks routes that give or take session cookies: a foreign page could log its visitor in as somebody else.</summary>
public sealed class SetsCookiesMetadata;
