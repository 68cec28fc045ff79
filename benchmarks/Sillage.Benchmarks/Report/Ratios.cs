using Sillage.Benchmarks.Cases;

namespace Sillage.Benchmarks.Report;

/// <summary>The cells of a table: ratios first, the figures they come from after them.</summary>
internal static class Ratios
{
    private const string Ours = "Sillage";

    public static Sheet Sheet(Table table) => new(table.Title, table.Remark, Header(table), [.. Cells(table)]);

    public static string[] Header(Table table) =>
        [
            "who",
            .. References(table).Select(row => $"{row.Name} ÷ it"),
            "requests/s",
            $"{table.Unit}/s",
            "lowest to highest",
            "p50 ms",
            "p90 ms",
            "p99 ms",
            "max ms",
            "CPU µs",
            "MB",
            "took ms",
            "errors",
            "others %",
            "durability, remarks",
        ];

    public static IEnumerable<string[]> Cells(Table table) =>
        table.Rows.Select(row =>
            (string[])
                [
                    row.Name,
                    .. References(table).Select(reference => Ratio(reference, row)),
                    Numbers.Number(row.Median.PerSecond),
                    Numbers.Number(row.Median.TracesPerSecond),
                    row.Highest > 0 ? $"{Numbers.Number(row.Lowest)} to {Numbers.Number(row.Highest)}" : "",
                    Milliseconds(row, 0.5),
                    Milliseconds(row, 0.9),
                    Milliseconds(row, 0.99),
                    Milliseconds(row, 1),
                    Numbers.Number(row.Median.ProcessorMicrosecondsPerWork),
                    Numbers.Number(row.Median.Memory / 1e6),
                    row.Median.Requests == 1 ? Numbers.Number(row.Median.Elapsed.TotalMilliseconds) : "",
                    $"{row.Median.Errors}",
                    $"{100 * row.Median.Others:N0}",
                    row.Note,
                ]
        );

    /// <summary>Work a second of the first divided by that of the second.</summary>
    public static string Ratio(Row ours, Row theirs) => Numbers.Ratio(Work(ours), Work(theirs));

    private static double Work(Row row) =>
        row.Median.Traces > 0 || row.Median.Latency.Count > 0 ? row.Median.WorkPerSecond : 0;

    // What the others are compared with: both of ours, or in a table of growth the smallest size of each.
    private static IEnumerable<Row> References(Table table)
    {
        var ours = table.Rows.Where(row => row.Name.StartsWith(Ours, StringComparison.Ordinal));
        return ours.GroupBy(row => row.Name.Split(',')[0]).Select(group => group.First());
    }

    private static string Milliseconds(Row row, double share) =>
        row.Median.Latency.Count == 0 ? "" : Numbers.Significant(row.Median.Latency.Percentile(share) / 1000);
}
