using Sillage.Benchmarks.Cases;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.SocketIO.Servers;

namespace Sillage.Benchmarks.SocketIO.Cases;

/// <summary>A table of deliveries: first ours divided by the other's, then the figures.</summary>
internal static class DeliverySheet
{
    private static readonly string[] Header =
    [
        "who",
        "deliveries, Sillage ÷ it",
        "p99, it ÷ Sillage",
        "CPU, it ÷ Sillage",
        "deliveries/s",
        "lowest to highest",
        "p50 ms",
        "p90 ms",
        "p99 ms",
        "max ms",
        "server CPU µs a delivery",
        "client CPU µs a delivery",
        "server's processors",
        "client's processors",
        "MB",
        "others %",
    ];

    public static Sheet Of(Table table)
    {
        var ours = table.Find(SocketServer.Ours)!.Median;
        return new Sheet(table.Title, table.Remark, Header, [.. table.Rows.Select(row => Cells(ours, row))]);
    }

    private static string[] Cells(LoadResult ours, Row row)
    {
        var result = row.Median;
        return
        [
            row.Name,
            Numbers.Ratio(ours.TracesPerSecond, result.TracesPerSecond),
            Numbers.Ratio(result.Latency.Percentile(0.99), ours.Latency.Percentile(0.99)),
            Numbers.Ratio(result.ProcessorMicrosecondsPerTrace, ours.ProcessorMicrosecondsPerTrace),
            Numbers.Number(result.TracesPerSecond),
            $"{Numbers.Number(row.Lowest)} to {Numbers.Number(row.Highest)}",
            .. new[] { 0.5, 0.9, 0.99, 1 }.Select(share => Numbers.Number(result.Latency.Percentile(share) / 1000)),
            Numbers.Number(result.ProcessorMicrosecondsPerTrace),
            Numbers.Number(result.ClientProcessor.TotalMicroseconds / result.Traces),
            Numbers.Number(result.ServerProcessor / result.Elapsed),
            Numbers.Number(result.ClientProcessor / result.Elapsed),
            Numbers.Number(result.Memory / 1e6),
            $"{100 * result.Others:N0}",
        ];
    }
}
