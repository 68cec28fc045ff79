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
    public static Task RunAsync(HttpContext context, RequestDelegate next, RateLimiter limiter)
    {
        if (context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Failure is null)
        {
            return next(context);
        }

        limiter.CountRefusal(context);
        return context.ChallengeAsync(SillageAuthenticationHandler.SchemeName);
    }
}
