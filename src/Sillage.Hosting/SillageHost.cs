using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Settings;
using Sillage.Storage;

namespace Sillage.Hosting;

/// <summary>Puts modules on a web application: everything that they share, in the order that a request passes it.</summary>
public static class SillageHost
{
    /// <summary>Registers what all modules share, then the modules.</summary>
    public static WebApplicationBuilder AddSillage(this WebApplicationBuilder builder, IReadOnlyList<IModule> modules)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(modules);
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(modules);
        services.AddLogging();
        services.AddRouting();
        services.AddHttpContextAccessor();
        services.AddSettings<StorageOptions>("");
        services.AddStorage();
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
        foreach (var module in modules)
        {
            module.AddServices(services, builder.Configuration);
        }

        services.TryAddSingleton<IIdentityAuthority, NoIdentityAuthority>();

        return builder;
    }

    /// <summary>Builds the pipeline and maps the modules' routes.</summary>
    public static WebApplication UseSillage(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseExceptionHandler(handler => handler.Run(HandleExceptionAsync));
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        foreach (var module in app.Services.GetRequiredService<IReadOnlyList<IModule>>())
        {
            module.MapRoutes(app);
        }

        return app;
    }

    private static Task HandleExceptionAsync(HttpContext context)
    {
        var problem = context.Features.Get<IExceptionHandlerFeature>()?.Error switch
        {
            ProblemException e => e.Problem,
            DatabaseUnavailableException e => Problem.Unavailable(
                "The storage cannot take this now. Nothing was stored; try again.",
                e.RetryAfter
            ),
            _ => Problem.Of(
                StatusCodes.Status500InternalServerError,
                "Internal error",
                "This is a defect of the server; it is in its log under this request's trace id."
            ),
        };
        return problem.ExecuteAsync(context);
    }
}
