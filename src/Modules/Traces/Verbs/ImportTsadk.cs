using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Hosting.Verbs;
using Sillage.Traces.Tsadk.Import;
using Spectre.Console;

namespace Sillage.Traces.Verbs;

/// <summary><c>sillage traces import-tsadk FILE --study S</c>: users and logs of the TSADK API.</summary>
internal static class ImportTsadk
{
    private static readonly Argument<FileInfo> File = new("FILE")
    {
        Description = "The SQLite database of that API. Nothing in it is changed, and that API may run.",
    };

    private static readonly Option<string> Study = new("--study")
    {
        Description = "The study's slug; a study that is not there yet is made.",
        HelpName = "SLUG",
        Required = true,
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Say what would be taken over, and change nothing here.",
    };

    private static readonly Option<FileInfo> Credentials = new("--credentials")
    {
        Description =
            "Where the new passwords go: FILE.csv, or FILE.html for cards to print. Default: beside the database.",
        HelpName = "FILE",
    };

    private static readonly Option<string> Address = new("--address")
    {
        Description = "The server's address on the cards.",
        HelpName = "URL",
    };

    private static readonly Option<FileInfo> Users = new("--users")
    {
        Description = "A CSV file with the names of those who cannot keep theirs; the verb writes one to fill in.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Admins = new("--admins")
    {
        Description = "Give that API's administrators accounts, too: ordinary ones. Without, they get none.",
    };

    private static readonly Option<bool> LeaveBad = new("--leave-bad")
    {
        Description = "Leave users without accounts, for good, who cannot be taken over as they are.",
    };

    private static readonly Option<string> Owner = new("--owner")
    {
        Description = "Who owns the study if it is made. Default: nobody; an administrator gives rights.",
        HelpName = "USERNAME",
    };

    private static readonly Option<bool> ConsentOnPaper = new("--consent-on-paper")
    {
        Description = "Those who are made participants have given the study's consent on paper; record it.",
    };

    public static Command Create(IVerbHost host)
    {
        var verb = new Verb(
            "import-tsadk",
            "Take over users and logs of the TSADK API from its database. Users keep their numbers and get new passwords, logs keep "
                + "their ids. Run again, it adds what has come since. On SQLite the server must be stopped.",
            ("sillage traces import-tsadk tsadk.db --study escape-room --dry-run", "what would be done"),
            ("sillage traces import-tsadk tsadk.db --study escape-room --owner researcher", "do it"),
            ("sillage traces import-tsadk tsadk.db --study escape-room", "again, on the day of the switch: what is new")
        )
        {
            File,
            Study,
            DryRun,
            Credentials,
            Address,
            Users,
            ConsentOnPaper,
            Admins,
            LeaveBad,
            Owner,
        };
        host.Does(verb, RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(IServiceProvider services, ParseResult parsed, CancellationToken ct)
    {
        ImportModules.Check(services);
        await services.OpenStorageAsync(ct);
        var request = new TsadkImportRequest(parsed.GetRequiredValue(File).FullName, parsed.GetRequiredValue(Study))
        {
            DryRun = parsed.GetValue(DryRun),
            ConsentOnPaper = parsed.GetValue(ConsentOnPaper),
            Admins = parsed.GetValue(Admins),
            LeaveBad = parsed.GetValue(LeaveBad),
            UserMap = parsed.GetValue(Users)?.FullName,
            Credentials = parsed.GetValue(Credentials)?.FullName,
            Address = parsed.GetValue(Address),
            Owner = parsed.GetValue(Owner),
        };
        var import = services.GetRequiredService<TsadkImport>();
        var summary = await ImportDisplay.FollowAsync("logs", progress => import.RunAsync(request, progress, ct));
        Write(request, summary);
        return ExitCode.OfRows(summary.LogsBad.Values.Sum(), summary.LogsAdded + summary.LogsKnown);
    }

    private static void Write(TsadkImportRequest request, TsadkImportSummary summary)
    {
        var console = Terminal.Create();
        var would = request.DryRun ? "would be " : "";
        if (summary.StudyMade)
        {
            console.MarkupLineInterpolated($"The study {request.Study} {would}made.");
        }

        console.MarkupLineInterpolated(
            $"Users: {summary.UsersAdded} {would}added, {summary.UsersKnown} here already, {summary.UsersErased} erased here and left out"
        );
        foreach (var user in summary.WithoutAccount)
        {
            console.MarkupLineInterpolated($"  [dim]without account:[/] {user}");
        }

        foreach (var user in summary.UsersBad)
        {
            console.MarkupLineInterpolated($"  [red]cannot be taken over:[/] {user}");
        }

        if (summary.UserMap is { } map)
        {
            console.MarkupLineInterpolated($"  Fill in {map} and give it with --users, or say --leave-bad.");
        }

        if (summary.Credentials is { } credentials)
        {
            console.MarkupLineInterpolated(
                $"  Passwords: {credentials} [dim](only you may read it; hand them out, then delete it)[/]"
            );
        }

        console.MarkupLineInterpolated($"Logs: {summary.LogsAdded} {would}added, {summary.LogsKnown} here already");
        if (summary.LogsWithoutTime > 0)
        {
            console.MarkupLineInterpolated(
                $"  [dim]{summary.LogsWithoutTime} of them have a timestamp that says no time; the time of this run stands in[/]"
            );
        }

        ImportDisplay.WriteReasons(console, summary.LogsBad, new Dictionary<string, string>(), summary.BadLogs);
    }
}
