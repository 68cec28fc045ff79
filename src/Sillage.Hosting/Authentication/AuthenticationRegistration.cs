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

        // AddAuthentication would bring data protection with it, which at every start reads or writes keys in the home
        // folder of the server's user, for cookies that there are none of.
        services.AddAuthenticationCore(options => options.DefaultScheme = SillageAuthenticationHandler.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, SillageAuthenticationHandler>(
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
