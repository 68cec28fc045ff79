using Microsoft.Extensions.DependencyInjection;
using Sillage.Hosting.Settings;

namespace Sillage.Hosting.Telemetry;

internal static class TelemetryRegistration
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        services.AddSettings<TelemetryOptions>("Telemetry");
        services.AddSingleton<PrometheusExporter>();
        return services.AddHostedService<TelemetryService>();
    }
}
