using System.CommandLine;
using System.Globalization;
using Sillage.CommandLine;
using Sillage.Hosting.Verbs;
using Sillage.Storage.Moving;
using Spectre.Console;

namespace Sillage.Verbs;

/// <summary><c>sillage move --to postgres</c>: takes the data folder into an empty PostgreSQL database.</summary>
internal static class Move
{
    public static Command Create()
    {
        var to = new Option<string>("--to")
        {
            Description = "The engine to move to: postgres. Which database is the setting Postgres.",
            HelpName = "ENGINE",
            Required = true,
        };
        to.Validators.Add(result =>
        {
            if (result.Tokens is [var engine] && engine.Value != "postgres")
            {
                result.AddError($"--to takes postgres, not '{engine.Value}'.");
            }
        });
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Check everything, read every row, and leave nothing.",
        };
        var restart = new Option<bool>("--restart")
        {
            Description = "Begin anew where an earlier move was not finished.",
        };
        var verb = new Verb(
            "move",
            "Take all data from the data folder into an empty PostgreSQL database; the server must be stopped. The folder stays as it is.",
            ("SILLAGE_POSTGRES='Host=…' sillage move --to postgres --dry-run", "see whether it would succeed"),
            ("SILLAGE_POSTGRES='Host=…' sillage move --to postgres", "do it, or go on where it was stopped")
        )
        {
            to,
            dryRun,
            restart,
        };
        var flags = SettingFlags.AddTo(verb);
        verb.SetAction(
            async (parsed, cancellation) =>
            {
                await using var app = Server.Build(flags, parsed);
                var move = app.Services.GetRequiredService<DataMove>();
                if (parsed.GetValue(dryRun))
                {
                    var tried = await Bars.FollowAsync<MoveProgress, MoveReport>(
                        progress => move.TryAsync(progress, cancellation),
                        Bar
                    );
                    Write("Would move", tried);
                    return ExitCode.Done;
                }

                Write("Moved", await RunAsync(move, parsed.GetValue(restart), cancellation));
                var console = Terminal.Create();
                console.MarkupLineInterpolated(
                    $"  [dim]Both sides were read and are the same. The folder is as it was, and from now on behind.[/]"
                );
                console.WriteLine("Start with the setting Postgres from now on; people stay logged in.");
                return ExitCode.Done;
            }
        );
        return verb;
    }

    private static async Task<MoveReport> RunAsync(DataMove move, bool restart, CancellationToken ct)
    {
        try
        {
            return await Bars.FollowAsync<MoveProgress, MoveReport>(
                progress => move.RunAsync(restart, progress, ct),
                Bar
            );
        }
        catch (OperationCanceledException e)
        {
            throw new VerbException("stopped before it was done; the same command goes on where it was.", e);
        }
    }

    private static BarState Bar(MoveProgress progress) =>
        new($"{progress.Step} {progress.Module}", progress.Done, progress.Total);

    private static void Write(string what, MoveReport report)
    {
        var console = Terminal.Create();
        console.MarkupLineInterpolated($"{what}: {report.Folder} to {report.Target}");
        foreach (var module in report.Modules)
        {
            var rows = module.Rows.ToString("N0", CultureInfo.InvariantCulture);
            console.MarkupLineInterpolated(
                $"  {module.Name, -14}{rows, 12} rows in {module.Tables, 2} tables  [dim]{module.Digest[..16]}[/]"
            );
        }
    }
}
