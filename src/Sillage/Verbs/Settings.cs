using System.CommandLine;
using Sillage.CommandLine;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Spectre.Console;

namespace Sillage.Verbs;

/// <summary><c>sillage settings</c>: every setting, what it is now and where that comes from.</summary>
internal static class Settings
{
    public static Command Create()
    {
        var verb = new Verb(
            "settings",
            "List every setting with its value and where that comes from; secrets are not shown.",
            ("sillage settings", "as the server would run here"),
            ("sillage settings --config other.json", "with another file")
        );
        var flags = SettingFlags.AddServingTo(verb);
        verb.SetAction(
            async (parsed, _) =>
            {
                await using var app = Server.Build(flags, parsed);
                var settings = SettingsListing.Of(app.Services);
                if (Console.IsOutputRedirected)
                {
                    foreach (var setting in settings)
                    {
                        await Console.Out.WriteLineAsync(
                            $"{setting.Name}\t{setting.Value ?? setting.Default}\t{setting.Origin ?? "default"}"
                        );
                    }

                    return ExitCode.Done;
                }

                var table = new Table { Border = TableBorder.Simple }.AddColumns("Setting", "Value", "From");
                foreach (var setting in settings)
                {
                    table.AddRow(
                        new Text(setting.Name),
                        new Text(
                            setting.Value ?? setting.Default ?? "–",
                            setting.Value is null ? Color.Grey : Style.Plain
                        ),
                        new Text(setting.Origin ?? "default", Color.Grey)
                    );
                }

                AnsiConsole.Write(table);
                return ExitCode.Done;
            }
        );
        return verb;
    }
}
