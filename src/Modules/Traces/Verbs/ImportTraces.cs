using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Requests.Reading;
using Sillage.Hosting.Verbs;
using Sillage.Traces.Import;
using Spectre.Console;

namespace Sillage.Traces.Verbs;

/// <summary><c>sillage traces import FILE --study S</c>: traces from CSV, TSV or NDJSON of any origin.</summary>
internal static class ImportTraces
{
    private static readonly Argument<string> File = new("FILE")
    {
        Description = "CSV, TSV or NDJSON, also as .gz; - for the standard input.",
    };

    private static readonly Option<string> Study = new("--study")
    {
        Description = "The study's slug.",
        HelpName = "SLUG",
        Required = true,
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Read all of it, say what would become of it, and store nothing.",
    };

    private static readonly Option<string[]> Map = new("--map")
    {
        Description =
            "Which column goes where: timestamp=time,name=event,data.level=lvl; @FILE for a file with one a line. A column may go to "
            + "several places. Columns that are not named go where their names suggest.",
        HelpName = "TARGET=COLUMN,…",
    };

    private static readonly Option<string[]> Constant = new("--constant")
    {
        Description = "What is the same for every row: --constant participant=3",
        HelpName = "TARGET=VALUE",
    };

    private static readonly Option<string[]> Drop = new("--drop")
    {
        Description =
            "Columns that are not read; '*' for all that --map does not name. A name with a comma stands in quotes.",
        HelpName = "COLUMN,…",
    };

    private static readonly Option<string> Participants = new("--participants")
    {
        Description =
            "existing: numbers or pseudonyms of the study. create: any names; who is not known yet is made, without an account. "
            + "Default: existing",
        HelpName = "existing|create",
    };

    private static readonly Option<FileInfo> Keys = new("--keys")
    {
        Description = "With create: the file that says which name is whom. Default: SLUG.participants.csv beside FILE",
        HelpName = "FILE",
    };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "csv, tsv or ndjson. Default: by the name, then by the content",
        HelpName = "FORMAT",
    };

    private static readonly Option<string> Delimiter = new("--delimiter")
    {
        Description = "What stands between cells: a character, or tab. Default: by the first lines",
        HelpName = "CHARACTER",
    };

    private static readonly Option<string> Quote = new("--quote")
    {
        Description = "What stands around cells: a character, or none. Default: \"",
        HelpName = "CHARACTER",
    };

    private static readonly Option<bool> NoHeader = new("--no-header")
    {
        Description = "The first line is a row already; columns are called 1, 2, 3…",
    };

    private static readonly Option<string> Encoding = new("--encoding")
    {
        Description = "The file's encoding, such as latin1, windows-1252 or utf-16. Default: utf-8",
        HelpName = "NAME",
    };

    private static readonly Option<string> Decimal = new("--decimal")
    {
        Description = "What stands before a number's fraction: point or comma. Default: point",
        HelpName = "point|comma",
    };

    private static readonly Option<string[]> Missing = new("--missing")
    {
        Description =
            "What cells say that hold no value, such as NA,null. In a text field a cell in quotes is the text that it says.",
        HelpName = "TEXT,…",
    };

    private static readonly Option<int> SkipLines = new("--skip-lines")
    {
        Description = "How many lines stand before the header, or before the first row, and are not read. Default: 0",
        HelpName = "NUMBER",
    };

    private static readonly Option<string> TimeFormat = new("--time-format")
    {
        Description =
            "rfc3339; s, ms or us since 1970; or a form such as \"dd.MM.yyyy HH:mm:ss\". Default: by each text",
        HelpName = "FORMAT",
    };

    private static readonly Option<string> TimeZone = new("--time-zone")
    {
        Description = "The zone of times that name none, such as Europe/Paris.",
        HelpName = "ZONE",
    };

    private static readonly Option<FileInfo> Bad = new("--bad")
    {
        Description = "Where rows go that cannot be taken. Default: FILE.bad.csv, or as FILE ends",
        HelpName = "FILE",
    };

    private static readonly Option<bool> StartOver = new("--start-over")
    {
        Description = "Read from the beginning, whatever an earlier run has read.",
    };

    private static readonly Option<bool> ConsentOnPaper = new("--consent-on-paper")
    {
        Description = "Those who are made participants have given the study's consent on paper; record it.",
    };

    public static Command Create(IVerbHost host)
    {
        Choice(Participants, "existing", "create");
        Choice(Decimal, "point", "comma");
        Choice(Format, "csv", "tsv", "ndjson");
        SkipLines.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value.StartsWith('-'))
            {
                result.AddError($"--skip-lines is 0 or more, not '{token.Value}'.");
            }
        });
        var verb = new Verb(
            "import",
            "Read traces from a file of any origin, as if a client had sent them. What is stored already is not stored again, and a run "
                + "that was broken off goes on where it was. On SQLite the server must be stopped; on PostgreSQL it may run.",
            ("sillage traces import events.csv --study java-quest --dry-run", "what would become of it"),
            (
                "sillage traces import events.csv --study java-quest --map timestamp=time,name=event",
                "two columns named"
            ),
            (
                "sillage traces import log.ndjson.gz --study java-quest --participants create",
                "of people who have no accounts here"
            ),
            (
                "sillage traces import events.csv.bad.csv --study java-quest",
                "what could not be taken, once it is mended"
            )
        )
        {
            File,
            Study,
            DryRun,
            Map,
            Constant,
            Drop,
            Participants,
            Keys,
            ConsentOnPaper,
            Format,
            Delimiter,
            Quote,
            NoHeader,
            SkipLines,
            Encoding,
            Decimal,
            Missing,
            TimeFormat,
            TimeZone,
            Bad,
            StartOver,
        };
        host.Does(verb, RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(IServiceProvider services, ParseResult parsed, CancellationToken ct)
    {
        ImportModules.Check(services);
        await services.OpenStorageAsync(ct);
        await using var input = parsed.GetRequiredValue(File) == "-" ? Console.OpenStandardInput() : null;
        var request = RequestOf(parsed) with { Input = input };
        var import = services.GetRequiredService<TraceImport>();
        var summary = await ImportDisplay.FollowAsync("rows", progress => import.RunAsync(request, progress, ct));
        Write(request, summary);
        return ExitCode.OfRows(summary.Reasons.Values.Sum(), summary.Added + summary.Known);
    }

    private static TraceImportRequest RequestOf(ParseResult parsed)
    {
        var file = parsed.GetRequiredValue(File);
        return new TraceImportRequest(file == "-" ? file : Path.GetFullPath(file), parsed.GetRequiredValue(Study))
        {
            Map = parsed.GetValue(Map) ?? [],
            Constants = parsed.GetValue(Constant) ?? [],
            Drop = parsed.GetValue(Drop) ?? [],
            CreateParticipants = parsed.GetValue(Participants) == "create",
            Keys = parsed.GetValue(Keys)?.FullName,
            Format = parsed.GetValue(Format),
            Delimiter = parsed.GetValue(Delimiter),
            Quote = parsed.GetValue(Quote) ?? "\"",
            NoHeader = parsed.GetValue(NoHeader),
            SkipLines = parsed.GetValue(SkipLines),
            Encoding = parsed.GetValue(Encoding),
            DecimalComma = parsed.GetValue(Decimal) == "comma",
            Missing = parsed.GetValue(Missing) ?? [],
            TimeFormat = parsed.GetValue(TimeFormat),
            TimeZone = parsed.GetValue(TimeZone),
            Bad = parsed.GetValue(Bad)?.FullName,
            DryRun = parsed.GetValue(DryRun),
            ConsentOnPaper = parsed.GetValue(ConsentOnPaper),
            StartOver = parsed.GetValue(StartOver),
        };
    }

    private static void Choice(Option<string> option, params string[] choices) =>
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !choices.Contains(token.Value)))
            {
                result.AddError(
                    $"{option.Name} is {string.Join(" or ", choices)}, not '{token.Value}'{NearestName.Hint(token.Value, choices)}"
                );
            }
        });

    private static void Write(TraceImportRequest request, TraceImportSummary summary)
    {
        var console = Terminal.Create();
        console.MarkupLine("Columns:");
        foreach (var line in summary.Mapping)
        {
            console.MarkupLineInterpolated($"  {line}");
        }

        if (summary.Unread.Count > 0)
        {
            console.MarkupLineInterpolated($"  [dim]not read: {string.Join(", ", summary.Unread)}[/]");
        }

        if (summary.First.Count > 0)
        {
            console.MarkupLine("The first rows as they would be stored:");
            foreach (var line in summary.First)
            {
                console.MarkupLineInterpolated($"  {line}");
            }
        }

        var would = request.DryRun ? "would be " : "";
        var before = summary.RowsBefore > 0 ? $", after {summary.RowsBefore} in earlier runs" : "";
        console.MarkupLineInterpolated($"Rows: {summary.Rows} read{before}");
        console.MarkupLineInterpolated(
            request.DryRun
                ? (FormattableString)$"Traces: {summary.Added} would be stored, save those that are here already"
                : $"Traces: {summary.Added} stored, {summary.Known} here already"
        );
        if (request.CreateParticipants)
        {
            console.MarkupLineInterpolated(
                $"Participants: {summary.ParticipantsMade} {would}made; who is whom: {summary.Keys}"
            );
        }

        if (summary.Stale is { } stale)
        {
            console.MarkupLineInterpolated(
                $"{stale} spoke of another database, or of a state that this one has not: all rows were read again."
            );
        }

        if (summary.Grew)
        {
            console.MarkupLineInterpolated(
                $"{request.File} grew while it was read: run the same command again for the rest."
            );
        }

        if (summary.MayBeCut)
        {
            console.MarkupLineInterpolated(
                $"{request.File} may lack its end: unless it was packed in several parts, get it again whole, and run the same command again."
            );
        }

        if (summary.LeftLast)
        {
            console.MarkupLine("Its last row was left, as it may not be whole.");
        }

        ImportDisplay.WriteReasons(console, summary.Reasons, summary.Values, summary.Bad);
    }
}
