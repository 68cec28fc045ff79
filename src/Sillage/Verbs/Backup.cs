using System.CommandLine;
using Sillage.CommandLine;
using Sillage.Storage.Backup;

namespace Sillage.Verbs;

/// <summary><c>sillage backup FILE</c>: one moment of all the data, in one file, while the server goes on.</summary>
internal static class Backup
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The file to write; only its owner may read it." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace FILE if it is there." };
        var verb = new Verb(
            "backup",
            "Copy all data, as it is at one moment, into one file; the server may run.",
            ("sillage backup sillage.backup", "the data in ./data"),
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
                var made = await BackupDisplay.FollowAsync(progress =>
                    archive.CreateAsync(
                        parsed.GetRequiredValue(file).FullName,
                        parsed.GetValue(overwrite),
                        progress,
                        cancellation
                    )
                );
                BackupDisplay.Write("Backed up", made);
                return ExitCode.Done;
            }
        );
        return verb;
    }
}
