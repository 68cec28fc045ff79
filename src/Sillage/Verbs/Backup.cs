using System.CommandLine;
using Sillage.CommandLine;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Storage.Backup;
using Spectre.Console;

namespace Sillage.Verbs;

/// <summary><c>sillage backup FILE</c>: one moment of all the data, in one file, while the server goes on.</summary>
internal static class Backup
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = "The file to write, which only its owner may read; - for the standard output.",
        };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace FILE if it is there." };
        var verb = new Verb(
            "backup",
            "Copy all data, as it is at one moment, into one file; the server may run.",
            ("sillage backup sillage.backup", "the data in ./data"),
            ("sillage backup - | age -r KEY > sillage.backup.age", "encrypted, and never in the clear"),
            ("sillage backup --data /var/lib/sillage \"/backup/$(date +%F)\"", "one for each day"),
            ("sillage restore sillage.backup --verify-only", "see that it is sound")
        )
        {
            file,
            overwrite,
        };
        var flags = SettingFlags.AddTo(verb);
        verb.SetAction(
            async (parsed, cancellation) =>
            {
                await using var app = Server.Build(flags, parsed);
                var archive = app.Services.GetRequiredService<BackupArchive>();
                var target = parsed.GetRequiredValue(file);
                if (target.ToString() == "-")
                {
                    await WriteAsync(archive, cancellation);
                    return ExitCode.Done;
                }

                var made = await BackupDisplay.FollowAsync(progress =>
                    archive.CreateAsync(target.FullName, parsed.GetValue(overwrite), progress, cancellation)
                );
                BackupDisplay.Write("Backed up", made);
                Terminal.Create().MarkupLineInterpolated($"  [dim]{BackupDisplay.Contents}[/]");
                return ExitCode.Done;
            }
        );
        return verb;
    }

    private static async Task WriteAsync(BackupArchive archive, CancellationToken ct)
    {
        if (!Console.IsOutputRedirected)
        {
            throw new SettingsException(
                "the standard output is a terminal, which a backup is no text for; pipe it into a program, or name a file."
            );
        }

        await using var output = new StandardOutput();
        var made = await archive.WriteAsync(output, ct);
        await Console.Error.WriteLineAsync(
            $"sillage: backed up {string.Join(", ", made.Modules)} as of {made.CreatedAt:u}. {BackupDisplay.Contents}"
        );
    }
}
