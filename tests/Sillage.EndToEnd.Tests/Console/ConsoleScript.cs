using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Console;

/// <summary>A script that does in Chromium what a person would.</summary>
internal static class ConsoleScript
{
    /// <summary>Runs the script of this name and demands that it ends well.</summary>
    /// <param name="script">Its name, in this folder.</param>
    /// <param name="server">The server whose pages it looks at.</param>
    /// <param name="given">What it is told, as JSON.</param>
    /// <param name="folder">Where it may leave pictures.</param>
    public static async Task RunAsync(string script, SillageServer server, object given, string folder)
    {
        var run = await CommandRun.RunAsync(
            "node",
            folder,
            [
                Path.Combine(Repository.Root, "tests/Sillage.EndToEnd.Tests/Console", script),
                server.Address.AbsoluteUri,
                Path.Combine(Repository.Root, "tests/node"),
                Browser(),
                folder,
                JsonSerializer.Serialize(given, JsonSerializerOptions.Web),
            ],
            atMost: TimeSpan.FromMinutes(10)
        );
        run.ExitCode.ShouldBe(0, run.Output + run.Error);
    }

    private static string Browser() =>
        new[] { "chromium", "chromium-browser", "google-chrome" }
            .Select(name => Path.Combine("/usr/bin", name))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("No Chromium is installed; ./test installs it.");
}
