using Microsoft.Extensions.Options;
using Npgsql;
using Sillage.Hosting;
using Sillage.Storage;
using Spectre.Console;

namespace Sillage;

/// <summary>What the server says of itself when it is up: where it is, where its data is, and how to get in.</summary>
internal static class Banner
{
    public static void Write(WebApplication app, IAnsiConsole console)
    {
        var addresses = app.Urls.ToList();
        var storage = app.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        var modules = app.Services.GetRequiredService<IReadOnlyList<IModule>>();

        console.MarkupLineInterpolated($"[bold]Sillage[/] {Verbs.Version.Text}");
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2)).AddColumn(new GridColumn().PadLeft(1));
        Row("API", string.Join(", ", addresses), "cyan");
        Row("Docs", $"{addresses.FirstOrDefault()}/docs", "cyan");
        Row("Data", Describe(storage));
        Row("Modules", string.Join(", ", modules.Select(module => module.Name)));
        console.Write(grid);
        console.MarkupLine("[dim]Ctrl+C stops it.[/]");

        void Row(string name, string value, string style = "default") =>
            grid.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), new Text(value, Style.Parse(style)));
    }

    // Never the whole connection string: it holds a password.
    private static string Describe(StorageOptions storage)
    {
        var folder = Path.GetFullPath(storage.Data);
        if (storage.Postgres is null)
        {
            return $"{folder} (SQLite)";
        }

        var server = new NpgsqlConnectionStringBuilder(storage.Postgres);
        return $"PostgreSQL at {server.Host}:{server.Port}, database {server.Database}; secrets in {folder}";
    }
}
