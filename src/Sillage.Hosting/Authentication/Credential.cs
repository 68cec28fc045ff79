using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Hosting.Pipeline;

namespace Sillage.Hosting.Authentication;

/// <summary>
/// The credential of a request, in whichever form: <c>Authorization: Bearer</c> with an access token or an API key
/// (RFC 6750), <c>Authorization: Basic</c> (RFC 7617), <c>X-API-Key</c>, or, where there is none of these, the session cookie of a
/// browser that looks at a page which may act by it.
/// </summary>
internal static class Credential
{
    /// <summary>What every API key begins with, so that a key in a log or a repository can be found and told from a JWT.</summary>
    public const string ApiKeyPrefix = "sillage_";

    /// <summary>What is said to a page of somebody else whose visitor is logged in here.</summary>
    public const string ForeignCookie =
        "The session cookie counts for pages of this server, and of origins that Cors:Origins names if Cors:Credentials is on.";

    /// <summary>Asks the authority whose it is; neither caller nor refusal if there is none.</summary>
    public static ValueTask<CredentialCheck> CheckAsync(
        HttpRequest request,
        IIdentityAuthority authority,
        CancellationToken ct
    )
    {
        if (request.Headers.TryGetValue("X-API-Key", out var apiKey))
        {
            return authority.CheckApiKeyAsync(apiKey.ToString(), ct);
        }

        if (!request.Headers.TryGetValue("Authorization", out var value))
        {
            return SessionCookies.ReadAccess(request) is { } cookie
                ? CheckCookieAsync(cookie, request, authority, ct)
                : default;
        }

        // What nearly every request brings, without the general parser's walk over each character of the token.
        var text = value.ToString();
        return text.StartsWith("Bearer eyJ", StringComparison.Ordinal) && !text.AsSpan(7).ContainsAny(" ,\t")
            ? authority.CheckTokenAsync(text[7..], ct)
            : CheckGeneralAsync(text, request, authority, ct);
    }

    // To a page of somebody else its visitor is nobody, whatever the method, the opening of a WebSocket included. What changes something
    // is looked at all the same, and refused later in words that help (ForeignPageMiddleware).
    private static ValueTask<CredentialCheck> CheckCookieAsync(
        string token,
        HttpRequest request,
        IIdentityAuthority authority,
        CancellationToken ct
    ) =>
        HttpMethods.IsGet(request.Method)
        && request.HttpContext.RequestServices.GetRequiredService<ForeignPages>().IsForeign(request, byCookie: true)
            ? Refused(ForeignCookie)
            : authority.CheckTokenAsync(token, ct);

    private static ValueTask<CredentialCheck> CheckGeneralAsync(
        string text,
        HttpRequest request,
        IIdentityAuthority authority,
        CancellationToken ct
    )
    {
        if (!AuthenticationHeaderValue.TryParse(text, out var header) || header.Parameter is not { } parameter)
        {
            return Refused("The Authorization header is not of the form '<scheme> <credential>'.");
        }

        return header.Scheme.ToUpperInvariant() switch
        {
            "BEARER" when parameter.StartsWith(ApiKeyPrefix, StringComparison.Ordinal) => authority.CheckApiKeyAsync(
                parameter,
                ct
            ),
            "BEARER" => authority.CheckTokenAsync(parameter, ct),
            "BASIC" when TryDecodeBasic(parameter, out var username, out var password) => authority.CheckPasswordAsync(
                username,
                password,
                request.HttpContext.Connection.RemoteIpAddress,
                ct
            ),
            "BASIC" => Refused("The Basic credential is not base64 of 'user:password' in UTF-8 (RFC 7617)."),
            _ => Refused("The authorization scheme is not known; use Bearer or Basic."),
        };
    }

    private static ValueTask<CredentialCheck> Refused(string reason) => new(CredentialCheck.Refused(reason));

    private static bool TryDecodeBasic(string parameter, out string username, out string password)
    {
        (username, password) = ("", "");
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(parameter.Length)];
        if (!Convert.TryFromBase64String(parameter, bytes, out var length))
        {
            return false;
        }

        string pair;
        try
        {
            pair = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        // To the hash of a password, zeros at its end are no difference.
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || pair.Contains('\0', StringComparison.Ordinal))
        {
            return false;
        }

        (username, password) = (pair[..colon], pair[(colon + 1)..]);
        return true;
    }
}
