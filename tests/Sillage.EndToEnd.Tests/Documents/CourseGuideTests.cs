using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>The guide's page on the course, followed as it is written: each block is run, and prints what the page says.</summary>
public sealed partial class CourseGuideTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_step_of_the_page_prints_what_the_page_says()
    {
        await using var server = await StartAsync();
        var done = 0;
        foreach (var block in await BlocksAsync())
        {
            if (block.Expected is { } expected)
            {
                (await RunAsync(server, block.Language, block.Code)).ShouldBe(expected, block.Code);
                done++;
            }
        }

        done.ShouldBe(10);
    }

    [Fact]
    public async Task The_session_of_the_page_lives_through_three_expiries_with_one_refresh_token()
    {
        // An hour is longer than an access token counts, and than a refresh token that rotates may come twice.
        using var clock = new MovedClock();
        var settings = new Dictionary<string, string>();
        clock.Prepare(settings);
        await using var server = await StartAsync(settings);
        var blocks = await BlocksAsync();
        await RunAsync(server, "sh", blocks.Single(block => block.Name == "account").Code);

        const string Expiries = """

            import email.utils, time
            refreshes = []
            refresh = session._refresh
            session._refresh = lambda: (refreshes.append(1), refresh())
            first = session.refresh_token
            for hours in (1, 2, 3):
                open(os.environ["CLOCK"], "w").write(f"+{hours}h")
                for wait in range(600):
                    date = requests.get(session.base + "/health/live").headers["Date"]
                    if email.utils.parsedate_to_datetime(date).timestamp() > time.time() + hours * 3600 - 60:
                        break
                    time.sleep(0.1)
                print(session.request("POST", "/api/books", json={"title": str(hours), "author": "Voltaire"}).status_code)
            print(len(refreshes), session.refresh_token == first)
            """;
        var code = blocks.Single(block => block.Name == "session").Code + Expiries;
        var printed = await RunAsync(server, "python", code, settings["FAKETIME_TIMESTAMP_FILE"]);
        printed.ShouldEndWith("201\n201\n201\n3 True\n");
    }

    private async Task<SillageServer> StartAsync(IReadOnlyDictionary<string, string>? more = null)
    {
        // The page's own first steps.
        foreach (var line in (await BlocksAsync())[0].Code.Split('\n').Where(line => line.Contains("apply")))
        {
            var applied = await CommandRun.SillageAsync(
                _folder.Path,
                [.. line.Split(' ').Skip(1), "--data", _folder["data"]]
            );
            applied.ExitCode.ShouldBe(0, applied.Error);
        }

        var settings = new Dictionary<string, string>
        {
            ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
            ["SILLAGE_CORS__ORIGINS__0"] = "http://localhost:5173",
        };
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
        {
            settings[name] = value;
        }

        return await SillageServer.StartAsync(_folder.Path, settings, "--data", _folder["data"]);
    }

    private async Task<string> RunAsync(SillageServer server, string language, string code, string clock = "")
    {
        code = code.Replace("http://localhost:8000", server.Address.ToString().TrimEnd('/'), StringComparison.Ordinal);
        // Debian's own interpreter, for which requests and httpx are installed.
        var (program, arguments) = language switch
        {
            "sh" => ("bash", new[] { "-euo", "pipefail", "-c", code }),
            "python" => ("/usr/bin/python3", ["-c", code]),
            _ => ("node", ["--input-type=module", "-e", code]),
        };
        var environment = new Dictionary<string, string>
        {
            ["PASSWORD"] = ApiClient.Password,
            ["LC_ALL"] = "C.UTF-8",
            ["CLOCK"] = clock,
        };
        var run = await CommandRun.RunAsync(program, _folder.Path, arguments, environment);
        run.ExitCode.ShouldBe(0, code + run.Output + run.Error);
        return run.Output;
    }

    private static async Task<List<Block>> BlocksAsync()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/guide/course.md"));
        return
        [
            .. CodeBlocks()
                .Matches(page)
                .Select(match => new Block(
                    match.Groups["language"].Value,
                    match.Groups["name"].Value,
                    match.Groups["code"].Value,
                    match.Groups["expected"].Success ? match.Groups["expected"].Value : null
                )),
        ];
    }

    // A block of code, and what it prints where that stands right behind it.
    [GeneratedRegex(
        @"^```(?<language>sh|python|js)(?: (?<name>\w+))?\n(?<code>.*?)^```\n(?:\n```text\n(?<expected>.*?)^```\n)?",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex CodeBlocks();

    private sealed record Block(string Language, string Name, string Code, string? Expected);
}
