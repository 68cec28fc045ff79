using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Sillage.Hosting.Telemetry;

/// <summary>Collects when it is asked, and keeps what it collected as text. One collection at a time.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock _scrape = new();
    private string _text = "";

    public Func<int, bool>? Collect { get; set; }

    /// <summary>The metrics as they are now.</summary>
    public string Scrape()
    {
        lock (_scrape)
        {
            Collect?.Invoke(Timeout.Infinite);
            return _text;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text = PrometheusText.Write(in batch);
        return ExportResult.Success;
    }
}
