using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>Clients that others wrote, with the code that the guide shows.</summary>
public sealed class ClientTests(SqliteMessaging messaging)
    : MessagingSpecification(messaging),
        IClassFixture<SqliteMessaging>
{
    private static readonly string Tests = Find("Sillage.slnx", "tests");

    [Fact]
    public Task Socket_io_client_talks_and_comes_back_without_a_gap() =>
        TalkAsync("node", "chat.mjs", Path.Combine(Tests, "node"));

    // The interpreter that has Debian's packages.
    [Fact]
    public Task Python_socketio_talks_and_comes_back_without_a_gap() => TalkAsync("/usr/bin/python3", "chat.py");

    [Theory]
    [InlineData("chat.mjs", "// ")]
    [InlineData("chat.py", "# ")]
    public async Task The_guide_shows_what_runs(string file, string mark)
    {
        var script = await File.ReadAllTextAsync(Path.Combine(Tests, "Sillage.Messaging.Tests", file));
        var sample = script.Split($"{mark}sample\n")[1].Split($"{mark}end of sample")[0].Trim();
        var guide = await File.ReadAllTextAsync(Path.Combine(Tests, "..", "docs", "guide", "messaging.md"));
        guide.ShouldContain(sample);
    }

    private async Task TalkAsync(string program, string script, params string[] arguments)
    {
        var person = await NewPersonAsync();
        var room = await NewRoomAsync(person);
        await SayAsync(person, room, "one");
        await SayAsync(person, room, "two");
        using var process = Process.Start(
            new ProcessStartInfo(
                program,
                [
                    Path.Combine(Tests, "Sillage.Messaging.Tests", script),
                    .. arguments,
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
