using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Requests.Query;
using Sillage.Hosting.Settings;

namespace Sillage.Hosting.Pipeline;

/// <summary>What every request passes, in order.</summary>
internal static class SillagePipeline
{
    public static IServiceCollection AddPipeline(this IServiceCollection services)
    {
        services.AddSettings<LimitsOptions>("Limits");
        services.AddSettings<CorsSettings>("Cors");
        services.AddSettings<ProxySettings>("Proxies");
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelLimits>();
        services.AddSingleton<IConfigureOptions<RequestTimeoutOptions>, KestrelLimits>();
        services.AddSingleton<IConfigureOptions<HostOptions>, KestrelLimits>();
        services.AddSingleton<IConfigureOptions<CorsOptions>, CorsPolicySetup>();
        services.AddSingleton<IConfigureOptions<ForwardedHeadersOptions>, ForwardedHeadersSetup>();
        services.AddSingleton<RateLimiter>();
        services.AddRouting();
        services.AddCors();
        services.AddRequestTimeouts();
        services.AddResponseCompression(options =>
        {
            // Replies hold no secret next to text that an attacker chooses; tokens are sent with no-store and are random.
            options.EnableForHttps = true;
            options.MimeTypes =
            [
                .. ResponseCompressionDefaults.MimeTypes,
                "application/problem+json",
                "application/problem+xml",
                "application/x-ndjson",
                "text/csv",
                "image/svg+xml",
            ];
        });
        services.Configure<BrotliCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        return services;
    }

    public static void UsePipeline(this WebApplication app)
    {
        var limiter = app.Services.GetRequiredService<RateLimiter>();
        app.UseForwardedHeaders();
        app.UseMiddleware<RequestLogMiddleware>();
        app.Use(SecurityHeaders.RunAsync);
        app.UseResponseCompression();
        app.UseMiddleware<ProblemMiddleware>();
        app.Use(HeadMiddleware.RunAsync);
        app.UseDocumentation();
        app.UseRouting();
        app.UseCors();
        app.Use(limiter.LimitAddressAsync);
        app.Use(EndWithoutRouteAsync);
        app.UseRequestTimeouts();
        app.UseMiddleware<AccessMiddleware>();
        app.UseMiddleware<RequestCheckMiddleware>();
    }

    // What is at no address is 404 and a wrong method 405 for everyone: asking for a credential would be misleading.
    private static Task EndWithoutRouteAsync(HttpContext context, RequestDelegate next)
    {
        switch (context.GetEndpoint())
        {
            case RouteEndpoint:
                return next(context);
            case { RequestDelegate: { } answer }:
                return answer(context);
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }
}
