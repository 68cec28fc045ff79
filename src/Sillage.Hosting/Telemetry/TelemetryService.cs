using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sillage.Hosting.Telemetry;

/// <summary>Gathers metrics for <c>/metrics</c>, and sends metrics and traces by OTLP where a setting says whereto.</summary>
internal sealed class TelemetryService(IOptions<TelemetryOptions> options, PrometheusExporter prometheus)
    : IHostedService,
        IDisposable
{
    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.*",
        "System.Net.Http",
        "System.Runtime",
        "Npgsql",
        "Sillage.*",
    ];

    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Sillage.*"];

    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = ResourceBuilder
            .CreateDefault()
            .AddService("sillage", serviceVersion: typeof(TelemetryService).Assembly.GetName().Version?.ToString(3));
        var metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Meters)
            .AddReader(new BaseExportingMetricReader(prometheus));
        if (options.Value.Otlp is { } endpoint)
        {
            metrics.AddOtlpExporter(otlp => Configure(otlp, endpoint, "v1/metrics"));
            _traces = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.Value.TraceRatio)))
                .AddSource(Sources)
                .AddOtlpExporter(otlp => Configure(otlp, endpoint, "v1/traces"))
                .Build();
        }

        _metrics = metrics.Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _metrics?.Dispose();
        _traces?.Dispose();
        (_metrics, _traces) = (null, null);
    }

    private void Configure(OtlpExporterOptions otlp, Uri endpoint, string path)
    {
        var isGrpc = options.Value.OtlpProtocol == OtlpForm.Grpc;
        otlp.Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = isGrpc ? endpoint : new Uri(new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/"), path);
    }
}
