using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Sillage.Hosting.Limits;

namespace Sillage.Hosting.Authentication;

/// <summary>
/// A credential that comes is good or the request ends, on anonymous routes too: a client whose token has expired learns
/// it at once, and does not get a stranger's view of things.
/// </summary>
internal static class CredentialMiddleware
{
    public static async Task RunAsync(HttpContext context, RequestDelegate next, RateLimiter limiter)
    {
        // The handler remembers what the framework's middleware has asked before, which tells of successes only.
        var result = await context.AuthenticateAsync(SillageAuthenticationHandler.SchemeName);
        if (result.Failure is null)
        {
            await next(context);
            return;
        }

        limiter.CountRefusal(context);
        await context.ChallengeAsync(SillageAuthenticationHandler.SchemeName);
    }
}
