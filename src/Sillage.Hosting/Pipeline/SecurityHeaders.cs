using Microsoft.AspNetCore.Http;

namespace Sillage.Hosting.Pipeline;

/// <summary>Headers that keep a browser from doing with a reply what it is not for.</summary>
internal static class SecurityHeaders
{
    /// <summary>An API reply loads nothing and is shown nowhere.</summary>
    public const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Pages of our own: scripts, styles and images from here only, save what Swagger UI draws inline.</summary>
    public const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static Task RunAsync(HttpContext context, RequestDelegate next)
    {
        Set(context);
        return next(context);
    }

    /// <summary>Sets them; for who has cleared a reply's headers, too.</summary>
    public static void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs", StringComparison.Ordinal)
            ? PagePolicy
            : ApiPolicy;
    }
}
