using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Rowing.Files;
using Sillage.Rowing.Records;
using Spectre.Console;

namespace Sillage.Rowing.Verbs;

/// <summary><c>sillage rowing import FOLDER --rower USERNAME</c>: the files of a folder.</summary>
internal static class ImportFolder
{
    private static readonly Argument<DirectoryInfo> Folder = new("FOLDER")
    {
        Description = "FIT, TCX, GPX and CSV files in it, and in the folders in it, are read.",
    };

    private static readonly Option<string> Rower = new("--rower")
    {
        Description = "Whose workouts they are.",
        HelpName = "USERNAME",
        Required = true,
    };

    private static readonly Option<string> Zone = new("--time-zone")
    {
        Description = "Where they were rowed, as Europe/Zurich: for files whose times are local.",
        HelpName = "NAME",
    };

    private static readonly Option<Machine?> On = new("--machine")
    {
        Description = "What they were rowed on, for files that do not say it.",
        HelpName = "MACHINE",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Say what would be taken over, and change nothing.",
    };

    public static Command Create(IVerbHost host)
    {
        var verb = new Verb(
            "import",
            "Take over the files of a folder. Each is a unit of its own: run again, it goes on behind what is there. On SQLite the server must be stopped.",
            ("sillage rowing import workouts --rower rower-1 --dry-run", "what would be done"),
            ("sillage rowing import workouts --rower rower-1 --time-zone Europe/Zurich", "do it")
        )
        {
            Folder,
            Rower,
            Zone,
            On,
            DryRun,
        };
        host.Does(verb, RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(IServiceProvider services, ParseResult parsed, CancellationToken ct)
    {
        if (
            services.GetService<IAccountDirectory>() is not { HasAccounts: true } directory
            || services.GetService<FolderImport>() is not { } import
        )
        {
            throw new SettingsException(
                "an import needs the modules accounts and rowing; add them to the setting Modules."
            );
        }

        var (folder, zone) = (parsed.GetRequiredValue(Folder), parsed.GetValue(Zone));
        if (!folder.Exists)
        {
            throw new SettingsException($"there is no folder '{folder.FullName}'.");
        }

        if (zone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            throw new SettingsException($"'{zone}' is not the name of a time zone.");
        }

        await services.OpenStorageAsync(ct);
        var username = parsed.GetRequiredValue(Rower);
        var rower =
            await directory.FindByUsernameAsync(username, ct)
            ?? throw new SettingsException($"there is no account '{username}'.");
        var hints = new StoredHints(null, zone, parsed.GetValue(On));
        return await TakeAsync(import, folder.FullName, rower.Id, hints, parsed.GetValue(DryRun), ct);
    }

    private static async Task<int> TakeAsync(
        FolderImport import,
        string folder,
        Guid rower,
        StoredHints hints,
        bool dryRun,
        CancellationToken ct
    )
    {
        var console = Terminal.Create();
        var files = FolderImport.Find(folder);
        var (taken, known, failed) = (0L, 0L, 0L);
        for (var i = 0; i < files.Count; i++)
        {
            var file = await import.TakeAsync(folder, files[i], rower, hints, dryRun, ct);
            (taken, known, failed) = file switch
            {
                { Failure: not null } => (taken, known, failed + 1),
                { IsKnown: true } => (taken, known + 1, failed),
                _ => (taken + 1, known, failed),
            };
            var what =
                file.Failure ?? (file.IsKnown ? "here already" : $"{file.Workouts} workouts, {file.Strokes} strokes");
            console.MarkupLineInterpolated($"{i + 1}/{files.Count} {file.Name}: {what}");
            foreach (var finding in file.Findings)
            {
                console.MarkupLineInterpolated($"  [dim]{finding.Count} x {finding.Code}: {finding.Detail}[/]");
            }
        }

        var would = dryRun ? "would be " : "";
        console.MarkupLineInterpolated(
            $"{taken} files {would}taken over, {known} here already, {failed} not understood"
        );
        return ExitCode.OfRows(failed, taken + known);
    }
}
