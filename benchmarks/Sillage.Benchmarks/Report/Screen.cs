using Spectre.Console;

namespace Sillage.Benchmarks.Report;

/// <summary>The ratios on the terminal.</summary>
internal static class Screen
{
    public static void Write(IReadOnlyList<Cases.Table> tables)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 180;
        }

        foreach (var table in tables)
        {
            var header = Ratios.Header(table);
            var ratios = header.Count(name => name.EndsWith("÷ it", StringComparison.Ordinal));
            int[] shown = [.. Enumerable.Range(0, 1 + ratios), .. Shown.Select(name => Array.IndexOf(header, name))];
            var screen = new Spectre.Console.Table().Title(Markup.Escape(table.Title)).Border(TableBorder.Simple);
            foreach (var column in shown)
            {
                screen.AddColumn(new TableColumn(Markup.Escape(header[column])));
            }

            foreach (var cells in Ratios.Cells(table))
            {
                screen.AddRow(shown.Select(column => Markup.Escape(cells[column])).ToArray());
            }

            AnsiConsole.Write(screen);
        }
    }

    /// <summary>A wide table, turned on its side.</summary>
    public static void Write(Sheet sheet)
    {
        var screen = new Spectre.Console.Table().Title(Markup.Escape(sheet.Title)).Border(TableBorder.Simple);
        screen.AddColumn(sheet.Header[0]);
        foreach (var row in sheet.Rows)
        {
            screen.AddColumn(new TableColumn(Markup.Escape(row[0])).RightAligned());
        }

        for (var i = 1; i < sheet.Header.Length; i++)
        {
            screen.AddRow([Markup.Escape(sheet.Header[i]), .. sheet.Rows.Select(row => Markup.Escape(row[i]))]);
        }

        AnsiConsole.Write(screen);
    }

    private static readonly string[] Shown = ["p50 ms", "p99 ms", "CPU µs", "MB", "took ms", "errors", "others %"];
}
