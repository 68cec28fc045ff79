using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Sillage.Hosting.Telemetry;

/// <summary>
/// Writes metrics in the Prometheus text format 0.0.4, with names as OpenTelemetry's compatibility specification makes
/// them: dots to underscores, the unit as a suffix, <c>_total</c> for counters.
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["%"] = "percent",
        ["1"] = "",
        ["cpu"] = "",
    };

    /// <summary>All metrics of one collection.</summary>
    public static string Write(in Batch<Metric> metrics)
    {
        var families = new SortedDictionary<string, Family>(StringComparer.Ordinal);
        foreach (var metric in metrics)
        {
            var (name, type) = NameOf(metric);
            if (!families.TryGetValue(name, out var family))
            {
                families[name] = family = new Family(name, type, Help(metric));
            }

            // Two instruments may come to one name; of another type it would be another metric, which has no name left.
            if (family.Type == type)
            {
                family.Add(metric);
            }
        }

        var text = new StringBuilder(16 * 1024);
        foreach (var family in families.Values)
        {
            family.WriteTo(text);
        }

        return text.ToString();
    }

    /// <summary>A name of letters, digits and underscores, which does not begin with a digit.</summary>
    internal static string Sanitize(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            _ =
                char.IsAsciiLetterOrDigit(c) ? text.Append(c)
                : text.Length > 0 && text[^1] == '_' ? text
                : text.Append('_');
        }

        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? "_" + text : text.ToString();
    }

    private static (string Name, string Type) NameOf(Metric metric)
    {
        var type = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => "counter",
            MetricType.Histogram => "histogram",
            _ => "gauge",
        };
        var name = Sanitize(metric.Name);
        // A unit in braces is an annotation, what is counted, and no unit.
        var unit = metric.Unit.Contains('{', StringComparison.Ordinal)
            ? ""
            : Units.GetValueOrDefault(metric.Unit, Sanitize(metric.Unit).Trim('_'));
        if (unit.Length > 0 && !name.EndsWith("_" + unit, StringComparison.Ordinal))
        {
            name += "_" + unit;
        }

        // Those endings belong to histograms (promtool check metrics); .NET ends some gauges with .count.
        if (type == "gauge" && name.EndsWith("_count", StringComparison.Ordinal))
        {
            name = name[..^"_count".Length];
        }

        return (type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name, type);
    }

    private static string Help(Metric metric) =>
        (metric.Description is { Length: > 0 } description ? description : metric.Name)
            .Replace("\\", @"\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed class Family(string name, string type, string help)
    {
        private readonly Dictionary<string, string> _series = new(StringComparer.Ordinal);

        public string Type => type;

        public void Add(Metric metric)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var labels = Labels(in point);
                // A series may be there once only; what another meter has under the same name and labels is left out.
                if (!_series.ContainsKey(labels))
                {
                    _series[labels] =
                        type == "histogram"
                            ? Histogram(in point, labels)
                            : $"{name}{Braces(labels)} {Number(metric.MetricType, in point)}\n";
                }
            }
        }

        public void WriteTo(StringBuilder text)
        {
            if (_series.Count == 0)
            {
                return;
            }

            text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
            foreach (var series in _series.Values)
            {
                text.Append(series);
            }
        }

        private string Histogram(in MetricPoint point, string labels)
        {
            var text = new StringBuilder();
            var prefix = labels.Length == 0 ? "" : labels + ",";
            var count = 0L;
            foreach (var bucket in point.GetHistogramBuckets())
            {
                count += bucket.BucketCount;
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{name}_bucket{{{prefix}le=\"{Value(bucket.ExplicitBound)}\"}} {count}\n"
                );
            }

            var sum = Value(point.GetHistogramSum());
            return text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braces(labels)} {sum}\n")
                .Append(CultureInfo.InvariantCulture, $"{name}_count{Braces(labels)} {point.GetHistogramCount()}\n")
                .ToString();
        }

        private static string Number(MetricType type, in MetricPoint point) =>
            type switch
            {
                MetricType.LongSum or MetricType.LongSumNonMonotonic => point
                    .GetSumLong()
                    .ToString(CultureInfo.InvariantCulture),
                MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => Value(point.GetSumDouble()),
                MetricType.LongGauge => point.GetGaugeLastValueLong().ToString(CultureInfo.InvariantCulture),
                _ => Value(point.GetGaugeLastValueDouble()),
            };

        private static string Value(double value) =>
            value switch
            {
                double.PositiveInfinity => "+Inf",
                double.NegativeInfinity => "-Inf",
                double.NaN => "NaN",
                _ => value.ToString("R", CultureInfo.InvariantCulture),
            };

        private static string Braces(string labels) => labels.Length == 0 ? "" : "{" + labels + "}";

        private static string Labels(in MetricPoint point)
        {
            var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var tag in point.Tags)
            {
                labels.TryAdd(
                    Sanitize(tag.Key),
                    Escape(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "")
                );
            }

            return string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\""));
        }

        private static string Escape(string value) =>
            value
                .Replace("\\", @"\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal);
    }
}
