using Microsoft.Extensions.Options;
using Npgsql;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Verbs;
using Sillage.Storage;
using Sillage.Storage.Events;
using Spectre.Console;

namespace Sillage;

/// <summary>What the server says of itself when it is up: where it is, where its data is, and how to get in.</summary>
internal static class Banner
{
    public static void Write(WebApplication app)
    {
        var console = Terminal.Create();
        var addresses = app.Urls.ToList();
        var link = addresses.Count == 0 ? "" : Reachable(addresses[0]);
        var modules = app.Services.GetRequiredService<IReadOnlyList<IModule>>();

        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]Sillage[/] {ProgramVersion.Current}");
        console.MarkupLineInterpolated($"  [dim]API[/]      [cyan]{string.Join("  ", addresses)}[/]");
        if (modules.Any(module => module.Pages.Count > 0))
        {
            console.MarkupLineInterpolated($"  [dim]Console[/]  [cyan]{link}/console[/]");
        }

        console.MarkupLineInterpolated($"  [dim]Docs[/]     [cyan]{link}/docs[/]");
        console.MarkupLineInterpolated($"  [dim]Data[/]     {DescribeStorage(app)}");
        console.MarkupLineInterpolated(
            $"  [dim]Modules[/]  {string.Join(", ", modules.Select(module => module.Name))}"
        );
        if (app.Services.GetRequiredService<UnheardEvents>().AtStart is { Count: > 0 } unheard)
        {
            console.MarkupLineInterpolated(
                $"  [dim]Events[/]   [yellow]nobody publishes {string.Join(", ", unheard)}: their modules are not here[/]"
            );
        }

        foreach (var line in UpgradeNotice.Lines(app.Services))
        {
            console.MarkupLineInterpolated($"  {line}");
        }

        // Known as long as there is no administrator; absent where the accounts module is elsewhere.
        if (app.Services.GetService<ISetupLink>()?.Path is { } setup)
        {
            console.WriteLine();
            console.MarkupLine("[bold]First run:[/] become administrator with this one-time link:");
            console.MarkupLineInterpolated($"  [cyan]{link}{setup}[/]");
        }

        console.WriteLine();
        console.MarkupLine("[dim]Ctrl+C stops it.[/]");
    }

    // Nobody can open "every interface" in a browser.
    private static string Reachable(string address) =>
        address
            .Replace("//[::]", "//localhost", StringComparison.Ordinal)
            .Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal);

    // Never the whole connection string: it holds a password.
    private static string DescribeStorage(WebApplication app)
    {
        var storage = app.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        if (storage.Postgres is null)
        {
            return $"{Path.GetFullPath(storage.Data)} (SQLite)";
        }

        var server = new NpgsqlConnectionStringBuilder(storage.Postgres);
        return $"PostgreSQL at {server.Host}:{server.Port}, database {server.Database}";
    }
}
