using System.Diagnostics.Metrics;
using Sillage.Gateway.Copies;

namespace Sillage.Gateway;

/// <summary>What is counted of a gateway, by service.</summary>
internal sealed class GatewayMetrics
{
    private readonly Counter<long> _retries;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _leftOut;

    public GatewayMetrics(IMeterFactory meters, Services services)
    {
        var meter = meters.Create("Sillage.Gateway");
        _retries = meter.CreateCounter<long>("sillage.gateway.retries", "{request}", "Requests that were sent again.");
        _refused = meter.CreateCounter<long>(
            "sillage.gateway.refused",
            "{request}",
            "Requests that nobody was left for."
        );
        _leftOut = meter.CreateCounter<long>(
            "sillage.gateway.left_out",
            "{copy}",
            "How often a copy was left out for a while."
        );
        meter.CreateObservableGauge(
            "sillage.gateway.copies",
            () =>
                services.All.Select(service => new Measurement<int>(
                    service.Expected.Count(copy => copy.IsUp && copy.Breaker.IsClosed),
                    Tag(service.Name)
                )),
            "{copy}",
            "Copies that take requests."
        );
        meter.CreateObservableGauge(
            "sillage.gateway.under_way",
            () =>
                services.All.Select(service => new Measurement<int>(
                    service.Copies.Sum(copy => copy.UnderWay),
                    Tag(service.Name)
                )),
            "{request}",
            "Requests under way, streams and WebSockets among them."
        );
    }

    public void Retried(string service) => _retries.Add(1, Tag(service));

    public void Refused(string service) => _refused.Add(1, Tag(service));

    public void LeftOut(string service) => _leftOut.Add(1, Tag(service));

    private static KeyValuePair<string, object?> Tag(string service) => new("service", service);
}
