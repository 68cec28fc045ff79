using System.Buffers.Text;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Sillage.Hosting.Authentication;

namespace Sillage.Hosting.SocketIO;

/// <summary>
/// Finds out whose a connection is: by the token in <c>auth</c> of the packet that joins a namespace, or else by the headers of the request
/// (or its address, where that is allowed). What was looked at is taken off the request: it is not kept with the connection, told to
/// other processes, or shown to handlers.
/// </summary>
internal sealed class LiveCredentials(
    IIdentityAuthority authority,
    LiveSockets sockets,
    IOptions<LiveOptions> options,
    TimeProvider clock
)
{
    private const string QueryName = "token";

    // Of the year 9999, the last that there are dates of.
    private const long LastSecond = 253_402_300_799;

    private static readonly JsonElement NoAuth = JsonElement.Parse("{}");

    private static readonly ClaimsPrincipal Nobody = new(new ClaimsIdentity());

    /// <summary>Who sends a request. Each of a connection's requests has to be of the one who opened it.</summary>
    public async ValueTask<ClaimsPrincipal> OfRequestAsync(HttpContext context)
    {
        var request = context.Request;
        var before = sockets.Changes;
        var named = TakeFromQuery(request);
        var token = request.Headers.Authorization.ToString();
        var check = await Credential.CheckAsync(request, authority, context.RequestAborted);
        request.Headers.Remove("Authorization");
        request.Headers.Remove("X-API-Key");
        if (check == default && named is not null && options.Value.TokenInQuery)
        {
            token = named;
            check = await CheckAsync(named, context.RequestAborted);
        }

        return Principal(check, before, token) ?? Nobody;
    }

    /// <summary>Who joins; null where it brings nothing of its own.</summary>
    public async ValueTask<ClaimsPrincipal?> OfAuthAsync(JsonElement auth, CancellationToken ct)
    {
        if (
            auth.ValueKind is not JsonValueKind.Object
            || !auth.TryGetProperty("token", out var value)
            || value.ValueKind is JsonValueKind.Null
        )
        {
            return null;
        }

        if (value.ValueKind is not JsonValueKind.String)
        {
            return new RefusedPrincipal(new LiveRefusal(LiveRefusal.Invalid, "The token in 'auth' is not a text."));
        }

        var before = sockets.Changes;
        if (TextOf(value) is not { } token)
        {
            return new RefusedPrincipal(new LiveRefusal(LiveRefusal.Invalid, "The token in 'auth' is no token."));
        }

        return Principal(await CheckAsync(token, ct), before, token);
    }

    /// <summary>A text of JSON; null for one that is JSON and no text, as half of a surrogate pair is.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The rest: a secret is not kept, nor shown to handlers.</summary>
    public static JsonElement WithoutToken(JsonElement auth)
    {
        var rest = auth.EnumerateObject().Where(p => !p.NameEquals("token")).ToDictionary(p => p.Name, p => p.Value);
        return rest.Count == 0 ? NoAuth : JsonSerializer.SerializeToElement(rest);
    }

    private ClaimsPrincipal? Principal(CredentialCheck check, long before, string token) =>
        check switch
        {
            { Caller.MustEnrol: true } => new RefusedPrincipal(
                new LiveRefusal(LiveRefusal.Forbidden, AccessMiddleware.FactorMissing.Detail!)
            ),
            { Caller: { } caller } => new LivePrincipal(caller, before, EndOf(token)),
            { Refusal: { } reason } => new RefusedPrincipal(
                new LiveRefusal(IsOver(token) ? LiveRefusal.Expired : LiveRefusal.Invalid, reason)
            ),
            _ => null,
        };

    private ValueTask<CredentialCheck> CheckAsync(string token, CancellationToken ct) =>
        token.StartsWith(Credential.ApiKeyPrefix, StringComparison.Ordinal)
            ? authority.CheckApiKeyAsync(token, ct)
            : authority.CheckTokenAsync(token, ct);

    private static string? TakeFromQuery(HttpRequest request)
    {
        if (!request.Query.TryGetValue(QueryName, out var found))
        {
            return null;
        }

        request.QueryString = QueryString.Create(request.Query.Where(part => part.Key != QueryName));
        return found.ToString();
    }

    /// <summary>
    /// Whether a token that was refused says itself that its time is over. Nothing is granted for it, so nothing need be proved: it tells an
    /// honest client whether to refresh or to log in.
    /// </summary>
    private bool IsOver(string credential) => EndOf(credential) <= clock.GetUtcNow();

    /// <summary>When a token says itself that its time is over; null for what is no token.</summary>
    private static DateTimeOffset? EndOf(string credential)
    {
        var parts = credential[(credential.LastIndexOf(' ') + 1)..].Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
        {
            return null;
        }

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return
                claims.RootElement.ValueKind is JsonValueKind.Object
                && claims.RootElement.TryGetProperty("exp", out var end)
                && end.ValueKind is JsonValueKind.Number
                && end.TryGetInt64(out var seconds)
                && seconds is >= 0 and <= LastSecond
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
