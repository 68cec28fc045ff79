using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Problems;

namespace Sillage.Hosting.Authentication;

/// <summary>
/// One scheme for every credential: <c>Authorization: Bearer</c> with an access token or an API key (RFC 6750),
/// <c>Authorization: Basic</c> (RFC 7617), or <c>X-API-Key</c>.
/// </summary>
internal sealed class SillageAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    IIdentityAuthority authority
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Sillage";

    /// <summary>What every API key begins with, so that a key in a log or a repository can be found and told from a JWT.</summary>
    public const string ApiKeyPrefix = "sillage_";

    private string? _refusal;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var metadata = Context.GetEndpoint()?.Metadata;
        if (
            metadata?.GetMetadata<LoginMetadata>() is not null
            || metadata?.GetMetadata<IgnoresCredentialsMetadata>() is not null
        )
        {
            return AuthenticateResult.NoResult();
        }

        var check = await CheckAsync();
        if (check is null)
        {
            return AuthenticateResult.NoResult();
        }

        if (check.Value.Caller is not { } caller)
        {
            _refusal = check.Value.Refusal ?? "The credential is not valid.";
            return AuthenticateResult.Fail(_refusal);
        }

        Context.Features.Set(caller);
        return AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(SchemeName), SchemeName));
    }

    private async ValueTask<CredentialCheck?> CheckAsync()
    {
        var aborted = Context.RequestAborted;
        if (Request.Headers.TryGetValue("X-API-Key", out var apiKey))
        {
            return await authority.CheckApiKeyAsync(apiKey.ToString(), aborted);
        }

        if (!Request.Headers.TryGetValue("Authorization", out var value))
        {
            return null;
        }

        // What nearly every request brings, without the general parser's walk over each character of the token.
        var text = value.ToString();
        if (text.StartsWith("Bearer eyJ", StringComparison.Ordinal) && !text.AsSpan(7).ContainsAny(" ,\t"))
        {
            return await authority.CheckTokenAsync(text[7..], aborted);
        }

        if (!AuthenticationHeaderValue.TryParse(text, out var header) || header.Parameter is not { } parameter)
        {
            return CredentialCheck.Refused("The Authorization header is not of the form '<scheme> <credential>'.");
        }

        return header.Scheme.ToUpperInvariant() switch
        {
            "BEARER" when parameter.StartsWith(ApiKeyPrefix, StringComparison.Ordinal) =>
                await authority.CheckApiKeyAsync(parameter, aborted),
            "BEARER" => await authority.CheckTokenAsync(parameter, aborted),
            "BASIC" when TryDecodeBasic(parameter, out var username, out var password) =>
                await authority.CheckPasswordAsync(username, password, aborted),
            "BASIC" => CredentialCheck.Refused(
                "The Basic credential is not base64 of 'user:password' in UTF-8 (RFC 7617)."
            ),
            _ => CredentialCheck.Refused("The authorization scheme is not known; use Bearer or Basic."),
        };
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // A browser that sees Basic on a fetch opens a dialog of its own over the page that knows better.
        Response.Headers.WWWAuthenticate = Request.Headers.ContainsKey("Sec-Fetch-Mode")
            ? "Bearer realm=\"sillage\""
            : "Bearer realm=\"sillage\", Basic realm=\"sillage\", charset=\"UTF-8\"";
        return Problem
            .Unauthorized(
                _refusal ?? "This needs a credential: an access token, a user name and password, or an API key."
            )
            .ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problem.Forbidden("Your account does not have the permission that this needs.").ExecuteAsync(Context);

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

        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return false;
        }

        (username, password) = (pair[..colon], pair[(colon + 1)..]);
        return true;
    }
}
