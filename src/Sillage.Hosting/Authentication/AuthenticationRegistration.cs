using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Sillage.Hosting.Authentication;

internal static class AuthenticationRegistration
{
    /// <summary>One scheme for all credentials, and every route closed that does not open itself.</summary>
    public static IServiceCollection AddSillageAuthentication(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services
            .AddAuthentication(SillageAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, SillageAuthenticationHandler>(
                SillageAuthenticationHandler.SchemeName,
                null
            );
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        services
            .AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        return services;
    }
}
