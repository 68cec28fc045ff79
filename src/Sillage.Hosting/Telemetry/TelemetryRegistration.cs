using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Sillage.Hosting.Settings;

namespace Sillage.Hosting.Telemetry;

/// <summary>Gathers metrics for <c>/metrics</c>, and sends metrics and traces by OTLP where a setting says whereto.</summary>
internal static class TelemetryRegistration
{
    private const string Metrics = "metrics";
    private const string Traces = "traces";

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.*",
        "System.Net.Http",
        "System.Runtime",
        "Npgsql",
        "Sillage.*",
    ];

    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<TelemetryOptions>("Telemetry");
        services.AddSingleton<PrometheusExporter>();
        var version = Storage.ProgramVersion.Current;
        var telemetry = services
            .AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("sillage", serviceVersion: version))
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(Meters)
                    .AddReader(provider => new BaseExportingMetricReader(
                        provider.GetRequiredService<PrometheusExporter>()
                    ))
            );
        // Without a collector nothing looks at requests: a span costs even where nobody takes it.
        if (!string.IsNullOrWhiteSpace(configuration["Telemetry:Otlp"]))
        {
            services.AddOtlp(telemetry);
        }

        return services;
    }

    private static void AddOtlp(this IServiceCollection services, OpenTelemetryBuilder telemetry)
    {
        // ASP.NET Core 10 leaves method, route and status out of its spans unless this is off.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        services.ConfigureOtlp(Metrics);
        services.ConfigureOtlp(Traces);
        telemetry
            .WithMetrics(metrics => metrics.AddOtlpExporter(Metrics, (Action<OtlpExporterOptions>?)null))
            .WithTracing(traces =>
                traces
                    .SetSampler(provider => new ParentBasedSampler(
                        new TraceIdRatioBasedSampler(Options(provider).TraceRatio)
                    ))
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddNpgsql()
                    .AddSource("Sillage.*")
                    .AddOtlpExporter(Traces, null)
            );
    }

    private static void ConfigureOtlp(this IServiceCollection services, string signal) =>
        services
            .AddOptions<OtlpExporterOptions>(signal)
            .Configure<IServiceProvider>(
                (otlp, provider) =>
                {
                    var options = Options(provider);
                    var isGrpc = options.OtlpProtocol == OtlpForm.Grpc;
                    otlp.Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
                    otlp.Endpoint = isGrpc
                        ? options.Otlp!
                        : new Uri(new Uri(options.Otlp!.AbsoluteUri.TrimEnd('/') + "/"), $"v1/{signal}");
                }
            );

    private static TelemetryOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<TelemetryOptions>>().Value;
}
