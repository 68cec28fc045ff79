using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>The official client, with the code that the guide shows.</summary>
public sealed class ClientTests(SqliteMessaging messaging)
    : MessagingSpecification(messaging),
        IClassFixture<SqliteMessaging>
{
    private static readonly string Tests = Find("Sillage.slnx", "tests");

    [Fact]
    public async Task Socket_io_client_talks_and_comes_back_without_a_gap()
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        await SayAsync(person, room, "one");
        await SayAsync(person, room, "two");
        using var process = Process.Start(
            new ProcessStartInfo(
                "node",
                [
                    Path.Combine(Tests, "Sillage.Messaging.Tests", "chat.mjs"),
                    Path.Combine(Tests, "node"),
                    Server.Address.ToString(),
                    IdOf(room),
                    person.AccessToken,
                ]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.ExitCode.ShouldBe(0, $"{await output}\n{await errors}");
    }

    [Fact]
    public async Task The_guide_shows_what_runs()
    {
        var script = await File.ReadAllTextAsync(Path.Combine(Tests, "Sillage.Messaging.Tests", "chat.mjs"));
        var sample = script.Split("// sample\n")[1].Split("// end of sample")[0].Trim();
        var guide = await File.ReadAllTextAsync(Path.Combine(Tests, "..", "docs", "guide", "messaging.md"));
        guide.ShouldContain(sample);
    }

    private static string Find(string file, string folder)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, file)))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests run inside the repository.");
        }

        return Path.Combine(root.FullName, folder);
    }
}
