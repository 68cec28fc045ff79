using System.CommandLine;
using Sillage.CommandLine;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.RabbitMq;

namespace Sillage.Verbs;

/// <summary><c>sillage dead-letters</c>: messages on RabbitMQ that a module could not read. Servers may run meanwhile.</summary>
internal static class DeadLetterVerbs
{
    public static Command Create() =>
        new Verb(
            "dead-letters",
            "Messages on RabbitMQ that a module could not read: list them, put them back once the cause is mended, or drop them.",
            ("sillage dead-letters list traces", "what was put aside for traces, and why"),
            ("sillage dead-letters replay traces", "all of it comes again, one by one")
        )
        {
            List(),
            Replay(),
            Drop(),
        };

    private static Verb List()
    {
        var verb = new Verb(
            "list",
            "List a module's dead letters: id, name, reason.",
            ("sillage dead-letters list traces", "those of traces")
        );
        Does(
            verb,
            async (letters, _, ct) =>
            {
                foreach (var letter in await letters.ListAsync(ct))
                {
                    await Console.Out.WriteLineAsync($"{letter.Id}\t{letter.Name}\t{letter.Reason}");
                }
            }
        );
        return verb;
    }

    private static Verb Replay()
    {
        var id = new Argument<string?>("ID")
        {
            Description = "The one, as it is listed. Default: all",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var verb = new Verb(
            "replay",
            "Put dead letters back into the module's queue, one by one; each is let go of once it is there.",
            ("sillage dead-letters replay traces", "all of them"),
            ("sillage dead-letters replay traces 0197a2c4-…", "one")
        );
        Does(
            verb,
            async (letters, parsed, ct) =>
            {
                var one = parsed.GetValue(id);
                await Console.Out.WriteLineAsync($"Put back: {Some(await letters.ReplayAsync(one, ct), one)}");
            },
            id
        );
        return verb;
    }

    private static Verb Drop()
    {
        var id = new Argument<string>("ID") { Description = "The one, as it is listed." };
        var verb = new Verb(
            "drop",
            "Drop a dead letter for good: the module will never have had it.",
            ("sillage dead-letters drop traces 0197a2c4-…", "nobody needs it")
        );
        Does(
            verb,
            async (letters, parsed, ct) =>
            {
                var one = parsed.GetRequiredValue(id);
                await Console.Out.WriteLineAsync($"Dropped: {Some(await letters.DropAsync(one, ct), one)}");
            },
            id
        );
        return verb;
    }

    private static int Some(int count, string? id) =>
        count > 0 || id is null ? count : throw new VerbException($"there is no dead letter {id} of this module.");

    private static void Does(
        Verb verb,
        Func<DeadLetters, ParseResult, CancellationToken, Task> work,
        Argument? argument = null
    )
    {
        var module = new Argument<string>("MODULE") { Description = "The module that could not read them." };
        verb.Add(module);
        if (argument is not null)
        {
            verb.Add(argument);
        }

        var flags = SettingFlags.AddTo(verb);
        verb.SetAction(
            async (parsed, ct) =>
            {
                await using var app = Server.Build(flags, parsed);
                if (app.Configuration["Bus:RabbitMq"] is not { Length: > 0 } uri)
                {
                    throw new SettingsException(
                        "the setting Bus:RabbitMq names no RabbitMQ; without one there are no dead letters."
                    );
                }

                await using var letters = await DeadLetters.OpenAsync(uri, parsed.GetRequiredValue(module), ct);
                await work(letters, parsed, ct);
                return ExitCode.Done;
            }
        );
    }
}
