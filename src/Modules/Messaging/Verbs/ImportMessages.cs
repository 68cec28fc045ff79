using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Messaging.Import;
using Spectre.Console;

namespace Sillage.Messaging.Verbs;

/// <summary><c>sillage messages import FILE</c>: rooms and messages from another chat.</summary>
internal static class ImportMessages
{
    private static readonly Argument<FileInfo> Source = new("FILE")
    {
        Description =
            "NDJSON, an object a line: {\"room\":{\"slug\":…,\"name\":…,\"members\":[…]}} for a room, {\"room\":…,\"sender\":…,\"at\":…,\"text\":…} for a message, with \"id\" and \"replyTo\" where there are any; or CSV with these columns. In the order of time.",
    };

    private static readonly Option<string> Owner = new("--owner")
    {
        Description = "Who owns the rooms that are made and whose owner the file does not say.",
        HelpName = "USERNAME",
    };

    private static readonly Option<bool> KeepUnknown = new("--keep-unknown")
    {
        Description = "Keep messages of people who have no account here, without a sender.",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Say what would be taken over, and change nothing.",
    };

    public static Command Create(IVerbHost host)
    {
        var verb = new Verb(
            "import",
            "Take over a file of rooms and messages. A message that is here already is known again: run again, it goes on behind what is there. On SQLite the server must be stopped.",
            ("sillage messages import chat.ndjson --dry-run", "what would be done"),
            ("sillage messages import chat.csv --owner player-1", "do it; player-1 owns the rooms that are made")
        )
        {
            Source,
            Owner,
            KeepUnknown,
            DryRun,
        };
        host.Does(verb, RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(IServiceProvider services, ParseResult parsed, CancellationToken ct)
    {
        if (
            services.GetService<IAccountDirectory>() is not { HasAccounts: true } directory
            || services.GetService<MessageImport>() is not { } import
        )
        {
            throw new SettingsException(
                "an import needs the modules accounts and messaging; add them to the setting Modules."
            );
        }

        var (file, dryRun) = (parsed.GetRequiredValue(Source), parsed.GetValue(DryRun));
        if (!file.Exists)
        {
            throw new SettingsException($"there is no file '{file.FullName}'.");
        }

        await services.OpenStorageAsync(ct);
        Guid? owner = parsed.GetValue(Owner) is not { } username
            ? null
            : (
                await directory.FindByUsernameAsync(username, ct)
                ?? throw new SettingsException($"there is no account '{username}'.")
            ).Id;
        var choice = new ImportChoice(owner, parsed.GetValue(KeepUnknown), dryRun);
        ImportReport report;
        try
        {
            report = await ImportDisplay.FollowAsync(
                dryRun ? "looking" : "importing",
                progress => import.RunAsync(() => ImportFile.Read(file.OpenRead()), file.Length, choice, progress, ct)
            );
        }
        catch (InvalidDataException e)
        {
            throw new VerbException($"{file.Name}: {e.Message}");
        }

        Say(report, dryRun);
        return ExitCode.OfRows(report.Bad, report.Messages + report.Known + report.Rooms);
    }

    private static void Say(ImportReport report, bool dryRun)
    {
        var console = Terminal.Create();
        var would = dryRun ? "would be " : "";
        console.MarkupLineInterpolated(
            $"Messages: {report.Messages} {would}stored, {report.Known} here already. Rooms: {report.Rooms} {would}made."
        );
        ImportDisplay.WriteReasons(console, report.Reasons, report.Places, null);
    }
}
