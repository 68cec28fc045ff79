using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Sillage.Hosting.Settings;

namespace Sillage.Hosting.Tls;

/// <summary>TLS by the server itself, for addresses that begin with <c>https://</c>.</summary>
internal static class TlsRegistration
{
    private const string Section = "Tls";

    public static IServiceCollection AddTls(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<TlsSettings>(Section);
        services.AddSingleton<ServerCertificate>();
        services.AddHostedService(provider => provider.GetRequiredService<ServerCertificate>());
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelTls>();
        if (!string.IsNullOrEmpty(configuration[$"{Section}:{nameof(TlsSettings.Certificate)}"]))
        {
            services
                .AddHealthChecks()
                .Add(
                    new HealthCheckRegistration(
                        "certificate",
                        provider => new CertificateCheck(
                            provider.GetRequiredService<ServerCertificate>(),
                            provider.GetRequiredService<TimeProvider>()
                        ),
                        HealthStatus.Degraded,
                        []
                    )
                );
        }

        return services;
    }

    /// <summary>Tells browsers to come by TLS.</summary>
    public static void UseTls(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<IOptions<TlsSettings>>().Value;
        var isOwn = app.Services.GetRequiredService<ServerCertificate>().IsSet;
        var age = settings.Hsts ?? (isOwn ? TimeSpan.FromDays(365) : TimeSpan.Zero);
        if (age > TimeSpan.Zero)
        {
            var value = $"max-age={(long)age.TotalSeconds}";
            app.Use(
                (context, next) =>
                {
                    // Over plain HTTP it must not be sent (RFC 6797 section 7.2).
                    if (context.Request.IsHttps)
                    {
                        context.Response.Headers.StrictTransportSecurity = value;
                    }

                    return next(context);
                }
            );
        }
    }
}

/// <summary>Hands the certificate to Kestrel.</summary>
internal sealed class KestrelTls(ServerCertificate certificate) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options) =>
        options.ConfigureHttpsDefaults(https =>
        {
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            https.ServerCertificateSelector = (_, _) => certificate.Certificate;
            https.OnAuthenticate = (_, handshake) =>
            {
                // With the chain, which a selector cannot give.
                handshake.ServerCertificateSelectionCallback = null;
                handshake.ServerCertificateContext = certificate.Context;
            };
        });
}

/// <summary>Degraded two weeks before the certificate ends: by then a renewal should have come.</summary>
internal sealed class CertificateCheck(ServerCertificate certificate, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken ct = default) =>
        Task.FromResult(
            new DateTimeOffset(certificate.Certificate.NotAfter) - clock.GetUtcNow() > Ahead
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded()
        );
}
