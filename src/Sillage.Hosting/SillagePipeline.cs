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
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Requests.Query;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Authentication.Open;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Pipeline;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Tls;
using Sillage.Storage;

namespace Sillage.Hosting;

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
        services.AddSingleton<ForeignPages>();
        services.AddSingleton<OpenCallers>();
        services.AddSingleton<OpenReplies>();
        services.AddSingleton<IHeldReplies>(provider => provider.GetRequiredService<OpenReplies>());
        services.AddSingleton(RoomForBodies);
        services.AddSingleton(RoomForReplies);
        services.AddSingleton<ConnectionShares>();
        services.AddSingleton<LongReplyShares>();
        services.AddSingleton<LimitLedger>();
        services.AddSingleton<RateLimiter>();
        services.AddSingleton<ILoginLimit>(provider => provider.GetRequiredService<RateLimiter>());
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

    private static BodyBudget RoomForBodies(IServiceProvider services)
    {
        var limits = services.GetRequiredService<IOptions<LimitsOptions>>().Value;
        return new BodyBudget(
            new BodyRoom(
                limits.BodiesInMemory,
                limits.BodiesInMemoryPerAccount,
                limits.BodiesPerAccount,
                limits.Unpacking,
                context => AddressKey.Of(context.Connection.RemoteIpAddress).ToGuid()
            )
        );
    }

    private static KeptReplyRoom RoomForReplies(IServiceProvider services)
    {
        var limits = services.GetRequiredService<IOptions<LimitsOptions>>().Value;
        return new KeptReplyRoom(
            new KeptReplyLimits(
                limits.KeptReplies,
                limits.KeptRepliesPerAccount,
                context => AddressKey.Of(context.Connection.RemoteIpAddress).ToString()
            ),
            services.GetRequiredService<KeptReplyRows>(),
            services.GetRequiredService<TimeProvider>()
        );
    }

    public static void UsePipeline(this WebApplication app)
    {
        var limiter = app.Services.GetRequiredService<RateLimiter>();
        app.UseForwardedHeaders();
        app.UseMiddleware<RequestLogMiddleware>();
        app.Use(SecurityHeaders.RunAsync);
        app.UseTls();
        app.UseResponseCompression();
        app.UseMiddleware<ProblemMiddleware>();
        foreach (var part in app.Services.GetServices<IPipelinePart>())
        {
            app.Use(part.RunAsync);
        }

        app.Use(HeadMiddleware.RunAsync);
        app.UseDocumentation();
        app.UseRouting();
        app.UseCors();
        app.Use(limiter.LimitAddressAsync);
        app.Use(EndWithoutRouteAsync);
        app.UseRequestTimeouts();
        app.UseMiddleware<AccessMiddleware>();
        app.UseMiddleware<ForeignPageMiddleware>();
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
