using System.CommandLine;
using Microsoft.Extensions.Options;
using Sillage.CommandLine;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Storage;
using Sillage.Storage.Backup;
using Spectre.Console;

namespace Sillage.Verbs;

/// <summary><c>sillage restore FILE</c>: verifies a backup and puts it in the place of the data.</summary>
internal static class Restore
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The backup." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask before the data is replaced." };
        var verifyOnly = new Option<bool>("--verify-only") { Description = "Verify the backup and change nothing." };
        var verb = new Verb(
            "restore",
            "Verify a backup and put it in the place of the data; the server must be stopped. What was there is kept.",
            ("sillage restore sillage.backup", "into ./data"),
            ("sillage restore sillage.backup --data copy", "into a folder of its own, to look at it"),
            ("sillage restore sillage.backup --verify-only", "see that it is sound")
        )
        {
            file,
            yes,
            verifyOnly,
        };
        var flags = SettingFlags.AddTo(verb);
        verb.SetAction(
            async (parsed, cancellation) =>
            {
                await using var app = Server.Build(flags, parsed);
                var archive = app.Services.GetRequiredService<BackupArchive>();
                var path = parsed.GetRequiredValue(file).FullName;
                if (parsed.GetValue(verifyOnly))
                {
                    BackupDisplay.Write(
                        "Sound",
                        await BackupDisplay.FollowAsync(progress => archive.VerifyAsync(path, progress, cancellation))
                    );
                    return ExitCode.Done;
                }

                var storage = app.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
                if (!parsed.GetValue(yes) && !await AskAsync(storage, cancellation))
                {
                    await Console.Error.WriteLineAsync("sillage: nothing was changed.");
                    return ExitCode.Expected;
                }

                BackupDisplay.Write(
                    "Restored",
                    await BackupDisplay.FollowAsync(progress => archive.RestoreAsync(path, progress, cancellation))
                );
                return ExitCode.Done;
            }
        );
        return verb;
    }

    private static async Task<bool> AskAsync(StorageOptions storage, CancellationToken ct)
    {
        var place = storage.Postgres is null ? Path.GetFullPath(storage.Data) : "the PostgreSQL database";
        if (Console.IsInputRedirected)
        {
            throw new SettingsException(
                $"restore replaces the data in {place} and there is nobody to ask; say --yes if it is meant."
            );
        }

        return await new ConfirmationPrompt($"Replace the data in {Markup.Escape(place)}? What is there is kept.")
        {
            DefaultValue = false,
        }.ShowAsync(Terminal.Create(), ct);
    }
}
