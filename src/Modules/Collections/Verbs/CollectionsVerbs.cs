using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Collections.Declared;
using Sillage.Collections.Declaring;
using Sillage.Collections.Stored;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Storage;
using Spectre.Console;

namespace Sillage.Collections.Verbs;

/// <summary><c>sillage collections …</c>: declarations as files.</summary>
internal static class CollectionsVerbs
{
    private const string SelectAll = """
        SELECT key, space, name, definition, revision, owner, created_at, updated_at FROM collection ORDER BY space, name
        """;

    private const string AtRest =
        " With --server a server that runs is asked; else the data folder is, on SQLite while the server is stopped.";

    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true };

    private static readonly Argument<FileInfo?> File = new("FILE")
    {
        Description = "A JSON file with one declaration, or a list of them.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Template = new("--template")
    {
        Description = "A template in place of a file: books, items or todo.",
        HelpName = "NAME",
    };

    private static readonly Option<bool> Open = new("--open")
    {
        Description = "With a template: everybody may do everything, also without an account.",
    };

    private static readonly Option<bool> Confirm = new("--confirm")
    {
        Description = "Go on where values are destroyed by it.",
    };

    private static readonly Option<string?> Server = new("--server")
    {
        Description = "The address of a server that runs, such as https://example.org.",
        HelpName = "URL",
    };

    private static readonly Option<string?> ApiKey = new("--api-key")
    {
        Description =
            "With --server: an API key of somebody who may declare collections; @FILE to read it from a file, - from the standard input.",
        HelpName = "KEY",
    };

    private static readonly Argument<FileInfo> Target = new("FILE") { Description = "The file to write." };

    public static Command Create(IVerbHost host)
    {
        var plan = new Verb(
            "plan",
            "Say how the collections differ from a file, and change nothing." + AtRest,
            ("sillage collections plan collections.json", "what apply would do")
        )
        {
            File,
            Template,
            Open,
            Server,
            ApiKey,
        };
        host.Does(plan, (services, parsed, ct) => RunAsync(services, parsed, isPlan: true, ct));
        var apply = new Verb(
            "apply",
            "Make the collections what a file or a template says. Applied twice, nothing is different." + AtRest,
            ("sillage collections apply --template todo", "a list of things to do for everybody"),
            ("sillage collections apply collections.json --confirm", "also where values are destroyed by it"),
            (
                "sillage collections apply --template todo --server https://example.org --api-key @key.txt",
                "on a server that runs"
            )
        )
        {
            File,
            Template,
            Open,
            Confirm,
            Server,
            ApiKey,
        };
        host.Does(apply, (services, parsed, ct) => RunAsync(services, parsed, isPlan: false, ct));
        var export = new Verb(
            "export",
            "Write the declarations of all collections into a file." + AtRest,
            ("sillage collections export collections.json", "to keep them, or to apply them elsewhere")
        )
        {
            Target,
            Server,
            ApiKey,
        };
        host.Does(export, ExportAsync);
        return new Verb(
            "collections",
            "Declare collections by files.",
            ("sillage collections apply --template books", "the books of the course")
        )
        {
            plan,
            apply,
            export,
        };
    }

    private static async Task<int> RunAsync(
        IServiceProvider services,
        ParseResult parsed,
        bool isPlan,
        CancellationToken ct
    )
    {
        var asked = await AskedAsync(parsed, ct);
        var confirm = isPlan || parsed.GetValue(Confirm);
        IReadOnlyList<AppliedCollection> applied;
        if (parsed.GetValue(Server) is { } address)
        {
            using var server = new RemoteServer(address, await KeyAsync(parsed, ct));
            applied = await server.ApplyAsync(asked, confirm, isPlan, ct);
        }
        else
        {
            applied = await ApplyAtRestAsync(services, asked, confirm, isPlan, ct);
        }

        var lines = applied.SelectMany(Lines).ToList();
        var console = Terminal.Create();
        foreach (var line in lines.Count == 0 ? ["Nothing is different."] : lines)
        {
            console.WriteLine(line);
        }

        return ExitCode.Done;
    }

    private static async Task<IReadOnlyList<AppliedCollection>> ApplyAtRestAsync(
        IServiceProvider services,
        IReadOnlyList<NewCollection> asked,
        bool confirm,
        bool isPlan,
        CancellationToken ct
    )
    {
        var database = await OpenAsync(services, ct);
        var declaration = services.GetRequiredService<Declaration>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var applied = new List<AppliedCollection>();
        try
        {
            // All of them or none.
            await database.WriteAsync<bool>(
                async unit =>
                {
                    applied.Clear();
                    foreach (var one in asked)
                    {
                        applied.AddRange(await declaration.ApplyAsync(unit, one.ToText(), confirm, null, now, ct));
                    }

                    return isPlan ? throw new GivenUpException() : true;
                },
                ct
            );
        }
        catch (GivenUpException)
        {
            // Rolled back, as it was meant to be.
        }
        catch (ProblemException e)
        {
            var errors = (e.Problem.Errors ?? []).Select(error => $" {error.Pointer}: {error.Detail}");
            throw new VerbException(e.Problem.Detail + string.Concat(errors));
        }

        return applied;
    }

    private static IEnumerable<string> Lines(AppliedCollection applied) =>
        applied
            .Differences.Select(d =>
                d.Kind == DifferenceKind.CollectionAdded
                    ? $"{applied.Collection}: is new"
                    : $"{applied.Collection}: {JsonNamingPolicy.KebabCaseLower.ConvertName(d.Kind.ToString())} {d.Field} {d.Detail}".TrimEnd()
            )
            .Concat(applied.Lost > 0 ? [$"{applied.Collection}: {applied.Lost} values are destroyed"] : []);

    private static async Task<int> ExportAsync(IServiceProvider services, ParseResult parsed, CancellationToken ct)
    {
        IReadOnlyList<CollectionText> texts;
        if (parsed.GetValue(Server) is { } address)
        {
            using var server = new RemoteServer(address, await KeyAsync(parsed, ct));
            texts = await server.ExportAsync(ct);
        }
        else
        {
            var database = await OpenAsync(services, ct);
            var rows = await database.ReadAsync(r => r.QueryAsync<CollectionRow>(SelectAll, null, ct), ct);
            texts = [.. rows.Select(row => row.Plan().Text)];
        }

        await System.IO.File.WriteAllBytesAsync(
            parsed.GetRequiredValue(Target).FullName,
            [.. JsonSerializer.SerializeToUtf8Bytes(texts, Indented), (byte)'\n'],
            ct
        );
        Terminal.Create().WriteLine($"{texts.Count} collections written.");
        return ExitCode.Done;
    }

    private static async Task<string> KeyAsync(ParseResult parsed, CancellationToken ct) =>
        parsed.GetValue(ApiKey) switch
        {
            null => throw new SettingsException("a server is asked with an API key: --api-key."),
            "-" => (await Console.In.ReadToEndAsync(ct)).Trim(),
            ['@', .. var path] => System.IO.File.Exists(path)
                ? (await System.IO.File.ReadAllTextAsync(path, ct)).Trim()
                : throw new SettingsException($"there is no file '{path}'."),
            var key => key,
        };

    private static async Task<IReadOnlyList<NewCollection>> AskedAsync(ParseResult parsed, CancellationToken ct)
    {
        var (file, template) = (parsed.GetValue(File), parsed.GetValue(Template));
        if (file is null == template is null)
        {
            throw new SettingsException("name a file, or a template with --template.");
        }

        if (template is not null)
        {
            return Templates.Known.Contains(template)
                ? [new NewCollection(Template: template, Open: parsed.GetValue(Open))]
                : throw new SettingsException(
                    $"there is no template '{template}'; there are {string.Join(", ", Templates.Known)}."
                );
        }

        if (!file!.Exists)
        {
            throw new SettingsException($"there is no file '{file.FullName}'.");
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(file.FullName, ct);
        try
        {
            return bytes.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'[', ..]
                ? JsonRequest.Read<NewCollection[]>(bytes)
                : [JsonRequest.Read<NewCollection>(bytes)];
        }
        catch (ProblemException e)
        {
            var errors = (e.Problem.Errors ?? []).Select(error => $" {error.Pointer}: {error.Detail}");
            throw new VerbException($"{file.Name}: {e.Problem.Detail}{string.Concat(errors)}");
        }
    }

    private static async Task<IDatabase<CollectionsData>> OpenAsync(IServiceProvider services, CancellationToken ct)
    {
        var database =
            services.GetService<IDatabase<CollectionsData>>()
            ?? throw new SettingsException(
                "the collections are not among the chosen modules; add collections to the setting Modules."
            );
        await services.OpenStorageAsync(ct);
        return database;
    }
}
