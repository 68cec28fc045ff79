using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Formats;
using Sillage.Api.Replies;
using Sillage.Hosting.Authentication.Jwt;

namespace Sillage.Accounts.Keys;

/// <summary>Publishes the public halves of the signing keys, for whoever checks tokens without asking.</summary>
internal static class PublishKeys
{
    // Shorter than KeyLead may be, so that nobody meets a signature by a key he could not have fetched.
    private const string Caching = "public, max-age=900, stale-if-error=86400";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/.well-known/jwks.json", Handle)
            .AllowAnonymous()
            .Produces<JsonWebKeySet>()
            .WithTags("Accounts")
            .WithSummary("Public keys")
            .WithDescription(
                "The keys that access tokens are signed with (JWKS, RFC 7517). A new key is listed before it signs, an old "
                    + "one until its last token has expired. May be cached for 15 minutes; fetch it again when a token names a "
                    + "key that is not there."
            );

    internal static IResult Handle(KeyRing ring, HttpContext context)
    {
        var keys = new JsonWebKeySet([.. ring.Keys.Select(k => k.Key.PublicKey)]);
        var json = JsonSerializer.SerializeToUtf8Bytes(keys, Json.Options);
        var tag = EntityTag.Of(json);
        context.Response.Headers.CacheControl = Caching;
        context.Response.Headers.ETag = tag;
        return context.Request.Headers.IfNoneMatch.ToString().Contains(tag, StringComparison.Ordinal)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Bytes(json, "application/jwk-set+json");
    }
}
