using System.CommandLine;
using System.Globalization;
using Sillage.Accounts.Contracts.Erasures;
using Sillage.CommandLine;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.Verbs;

/// <summary><c>sillage modules</c>: the modules of the deployment, and which of them an erasure waits for.</summary>
internal static class Modules
{
    public static Command Create()
    {
        var verb = new Verb(
            "modules",
            "List the modules of the deployment: when each was heard of last, and whether erasures wait for its answer.",
            ("SILLAGE_POSTGRES='Host=db;…' sillage modules", "every module that shares the PostgreSQL"),
            ("sillage modules retire traces", "traces is gone for good: nobody waits for it")
        )
        {
            Retire(),
        };
        var flags = SettingFlags.AddTo(verb);
        verb.SetAction(
            async (parsed, ct) =>
            {
                await using var app = Server.Build(flags, parsed);
                await app.Services.GetRequiredService<StorageStartup>().OpenAsync(ct);
                var deployed = (await app.Services.GetRequiredService<IDeployment>().ListAsync(ct)).ToDictionary(
                    module => module.Name,
                    StringComparer.Ordinal
                );
                var sections = await app.Services.GetRequiredService<PersonalSections>().ReadAsync(ct);
                foreach (var name in deployed.Keys.Union(sections.Select(s => s.Name)).Order(StringComparer.Ordinal))
                {
                    var module = deployed.GetValueOrDefault(name);
                    var section = sections.FirstOrDefault(s => s.Name == name);
                    await Console.Out.WriteLineAsync($"{name}\t{Heard(module)}\t{Answers(section)}");
                }

                return ExitCode.Done;
            }
        );
        return verb;
    }

    private static Verb Retire()
    {
        var name = new Argument<string>("NAME") { Description = "The module, as sillage modules lists it." };
        var verb = new Verb(
            "retire",
            "Say that a module is gone for good: it gets no more events, and no erasure waits for it. On SQLite the server "
                + "must be stopped. A module that runs, or is started again, is back.",
            ("sillage modules retire traces", "its process will not come back")
        )
        {
            name,
        };
        var flags = SettingFlags.AddTo(verb);
        verb.SetAction(
            async (parsed, ct) =>
            {
                await using var app = Server.Build(flags, parsed);
                await app.Services.GetRequiredService<StorageStartup>().OpenAsync(ct);
                var module = parsed.GetRequiredValue(name);
                if (!await app.Services.GetRequiredService<PersonalSections>().RetireAsync(module, ct))
                {
                    throw new SettingsException(
                        $"there is no module {module} in this deployment that could be retired; sillage modules lists them."
                    );
                }

                return ExitCode.Done;
            }
        );
        return verb;
    }

    private static string Heard(DeployedModule? module) =>
        module is null ? "not heard of"
        : module.IsSilent ? $"silent since {module.SeenAt.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)}"
        : "here";

    private static string Answers(PersonalSection? section) =>
        section switch
        {
            null => "keeps nothing about people",
            { RetiredAt: not null } => "retired",
            _ => "answers erasures",
        };
}
