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

    /// <summary>A table; one that is wide and short is turned on its side.</summary>
    public static void Write(Sheet sheet)
    {
        const int Short = 4;
        string[][] lines = [sheet.Header, .. sheet.Rows];
        if (sheet.Rows.Count <= Short)
        {
            lines = [.. sheet.Header.Select((_, column) => lines.Select(line => line[column]).ToArray())];
        }

        var screen = new Spectre.Console.Table().Title(Markup.Escape(sheet.Title)).Border(TableBorder.Simple);
        foreach (var heading in lines[0])
        {
            screen.AddColumn(new TableColumn(Markup.Escape(heading)));
        }

        foreach (var line in lines[1..])
        {
            screen.AddRow(line.Select(Markup.Escape).ToArray());
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 180;
        }

        AnsiConsole.Write(screen);
    }

    private static readonly string[] Shown = ["p50 ms", "p99 ms", "CPU µs", "MB", "took ms", "errors", "others %"];
}
