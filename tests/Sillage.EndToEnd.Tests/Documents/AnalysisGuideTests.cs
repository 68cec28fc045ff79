using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>
/// The guide's page on analysis, run as it is written: its downloads, its R, its Python, on traces whose figures are
/// known. Only the address and the password are ours.
/// </summary>
public sealed partial class AnalysisGuideTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    // One of its own: the page's study is called as the examples are that sweeps send to the shared one.
    private readonly SharedServer _own = new();

    public ValueTask InitializeAsync() => _own.InitializeAsync();

    [Fact]
    public async Task R_and_pandas_read_the_same_figures_that_were_sent()
    {
        await SendTracesAsync();
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/guide/analysis.md"));
        var fetch = string.Join('\n', Blocks(page, "sh"))
            .Replace("http://localhost:8000/", _own.Server.Address.ToString(), StringComparison.Ordinal)
            .Replace("-u researcher ", $"-fsS -u 'researcher:{ApiClient.Password}' ", StringComparison.Ordinal);
        (await RunAsync("bash", "-euo", "pipefail", "-c", fetch)).ShouldBeEmpty();

        var r = await RunAsync("Rscript", "--vanilla", "-e", string.Join('\n', Blocks(page, "r")));
        // Debian's own interpreter, for which pandas is installed.
        var python = await RunAsync("/usr/bin/python3", "-c", string.Join('\n', Blocks(page, "python")));
        foreach (var output in new[] { r, python })
        {
            output.ShouldContain("5 traces of 2 participants");
            output.ShouldContain("2 sessions of 7.5 minutes on average");
            output.ShouldMatch(@"room\s+string\s+(<NA>|NaN)\s+5\s+0");
            output.ShouldMatch(@"score\s+number\s+points\s+2\s+3\s+-1\.5\s+3\.25");
            output.ShouldMatch(@"loops\s+0\.66");
            output.ShouldMatch(@"maze\s+600");
            output.ShouldContain("the mean score is 0.875");
        }

        python.ShouldContain("4 answers");
    }

    [Fact]
    public async Task Times_are_those_of_the_clock_on_the_wall()
    {
        await SendTracesAsync("wall");
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/guide/analysis.md"));
        var fetch = Blocks(page, "sh")[0]
            .Replace("http://localhost:8000/", _own.Server.Address.ToString(), StringComparison.Ordinal)
            .Replace("java-quest", "wall", StringComparison.Ordinal)
            .Replace("-u researcher ", $"-fsS -u 'researcher:{ApiClient.Password}' ", StringComparison.Ordinal);
        (await RunAsync("bash", "-euo", "pipefail", "-c", fetch)).ShouldBeEmpty();

        // 9.30 in Greenwich is 10.30 in Paris in winter; what the client wrote is still there.
        var r = await RunAsync(
            "Rscript",
            "--vanilla",
            "-e",
            Blocks(page, "r")[0] + "\ncat(traces$hour, traces$timestamp[1])"
        );
        r.ShouldEndWith("10 10 10 10 11 2026-11-20T09:30:00Z");
        var python = await RunAsync(
            "/usr/bin/python3",
            "-c",
            Blocks(page, "python")[0] + "\nprint(*traces['hour'], traces['timestamp'][0], end='')"
        );
        python.ShouldEndWith("10 10 10 10 11 2026-11-20T09:30:00Z");
    }

    public async ValueTask DisposeAsync()
    {
        await _own.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var run = await CommandRun.RunAsync(
            program,
            _folder.Path,
            arguments,
            new Dictionary<string, string> { ["LC_ALL"] = "C.UTF-8" }
        );
        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        return run.Output;
    }

    private async Task SendTracesAsync(string slug = "java-quest")
    {
        using var researcher = await ApiClient.LogInAsync(_own.Server, "researcher");
        await researcher.PostAsync(
            "/api/v1/studies",
            new
            {
                slug,
                title = "Java quest",
                fields = new object[]
                {
                    new { name = "room", type = "string" },
                    new { name = "answer", type = "string" },
                    new { name = "correct", type = "boolean" },
                    new
                    {
                        name = "score",
                        type = "number",
                        unit = "points",
                    },
                },
            }
        );
        await researcher.PostAsync($"/api/v1/studies/{slug}/participants", new { count = 2 });
        await researcher.PostAsync(
            $"/api/v1/studies/{slug}/traces",
            new[]
            {
                Trace(1, 0, "loops", """{"correct": true, "score": 3.25, "answer": "NA"}"""),
                Trace(1, 5, "loops", """{"correct": false, "score": -1.5, "answer": "é, \"à\"\n="}"""),
                Trace(2, 20, "loops", """{"correct": true, "answer": ""}"""),
                Trace(2, 25, "hall", "{}", "entered"),
                Trace(2, 30, "maze", """{"correct": false}"""),
            }
        );
    }

    private static JsonObject Trace(int participant, int minute, string room, string data, string name = "answered")
    {
        var fields = JsonNode.Parse(data)!.AsObject();
        fields["room"] = room;
        return new JsonObject
        {
            ["participant"] = participant,
            ["timestamp"] = new DateTime(2026, 11, 20, 9, 30, 0, DateTimeKind.Utc)
                .AddMinutes(minute)
                .ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["session"] = "s-1",
            ["name"] = name,
            ["data"] = fields,
        };
    }

    private static List<string> Blocks(string markdown, string language) =>
        [
            .. Block()
                .Matches(markdown)
                .Where(match => match.Groups["language"].Value == language)
                .Select(match => match.Groups["code"].Value),
        ];

    [GeneratedRegex(
        @"^```(?<language>[a-z]+)\n(?<code>.*?)^```$",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Block();
}
