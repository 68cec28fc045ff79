using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>The queue of the guide's page for game developers, compiled as it stands there, against a server that comes and goes.</summary>
public sealed partial class GameClientTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<int> _statuses = [];

    public void Dispose() => _folder.Dispose();

    private Post PostTo(HttpClient client, string mediaType = "application/x-ndjson") =>
        async lines =>
        {
            using var content = new StringContent(lines, Encoding.UTF8);
            content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
            try
            {
                using var reply = await client.PostAsync(
                    new Uri("/api/v1/studies/game/traces", UriKind.Relative),
                    content
                );
                _statuses.Add((int)reply.StatusCode);
                return ((int)reply.StatusCode, (int)(reply.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0));
            }
            catch (HttpRequestException)
            {
                _statuses.Add(0);
                return (0, 0);
            }
        };

    private static async Task<List<string>> RoomsAsync(ApiClient admin)
    {
        var lines = await admin.Client.GetStringAsync(
            new Uri("/api/v1/studies/game/traces/export?format=ndjson", UriKind.Relative)
        );
        return [.. Room().Matches(lines).Select(m => m.Groups["value"].Value)];
    }

    [Fact]
    public async Task The_queue_of_the_page_loses_nothing_and_sends_nothing_twice()
    {
        Player player;
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_TRACES__MAXBATCHBYTES"] = "20000",
            ["SILLAGE_TRACES__MAXTRACEBYTES"] = "10000",
        };
        await using (var server = await SillageServer.StartAsync(_folder["data"], settings))
        {
            using var admin = await ApiClient.LogInAsync(server);
            player = (await admin.MakeStudyAsync("game", 1))[0];
            using var game = ApiClient.Basic(server, player.Username, player.Password);
            var queue = new TraceQueue(_folder["queue"], PostTo(game.Client));
            for (var i = 0; i < 150; i++)
            {
                queue.Add("moved", $$"""{"room":"r{{i}}"}""");
            }

            // More than the server takes at once, so that it is split; and one trace that is too long for any server.
            queue.Add("moved", $$"""{"room":"long","text":"{{new string('x', 30_000)}}"}""");
            queue.Add("moved", """{"room":"last"}""");
            queue.Add("moved", """{"room":7}""");
            (await queue.SendAsync()).ShouldBe(5);
            queue.Count.ShouldBe(0);
            _statuses.ShouldContain(413);
            (await File.ReadAllLinesAsync(_folder["queue"] + ".refused")).ShouldHaveSingleItem().ShouldContain("long");
            (await RoomsAsync(admin)).ShouldBe(
                [.. Enumerable.Range(0, 150).Select(i => $"r{i}"), "last"],
                ignoreOrder: true
            );

            // An answer that is lost: the same goes again, and is known.
            var ask = PostTo(game.Client);
            var isLost = true;
            var unlucky = new TraceQueue(
                _folder["queue"],
                async lines =>
                {
                    var answer = await ask(lines);
                    return isLost ? (0, 0) : answer;
                }
            );
            unlucky.Add("moved", """{"room":"lost answer"}""");
            (await unlucky.SendAsync()).ShouldBe(15);
            isLost = false;
            await unlucky.SendAsync();
            _statuses[^2..].ShouldBe([201, 200]);

            var wrong = new TraceQueue(_folder["wrong"], PostTo(game.Client, "text/plain"));
            wrong.Add("moved", """{"room":"never"}""");
            await Should.ThrowAsync<InvalidOperationException>(wrong.SendAsync);
            await server.StopAsync();

            // The server is away: what happens meanwhile waits in the file.
            var offline = new TraceQueue(_folder["queue"], PostTo(game.Client));
            offline.Add("moved", """{"room":"offline"}""");
            (await offline.SendAsync()).ShouldBe(15);
            offline.Count.ShouldBe(1);
        }

        await using var again = await SillageServer.StartAsync(_folder["data"]);
        using var later = ApiClient.Basic(again, player.Username, player.Password);
        await new TraceQueue(_folder["queue"], PostTo(later.Client)).SendAsync();
        using var reader = await ApiClient.LogInAsync(again);
        (await RoomsAsync(reader)).Count(r => r == "offline").ShouldBe(1);
        (await RoomsAsync(reader)).Count.ShouldBe(153);
        (await File.ReadAllTextAsync(_folder["queue"])).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_queue_takes_nothing_that_Unity_lacks()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/guide/game-clients.md"));
        var code = Code().Match(page).Groups["value"].Value;
        string[] known =
        [
            "System",
            "System.Collections.Generic",
            "System.Globalization",
            "System.IO",
            "System.Threading.Tasks",
        ];
        Using().Matches(code).Select(m => m.Groups["value"].Value).ShouldBe(known);
        code.ShouldNotContain("namespace ", Case.Sensitive, "as Unity's scripts are written");
        code.Split('\n').Count(l => l.Trim().Length > 0).ShouldBeLessThanOrEqualTo(66);
    }

    [GeneratedRegex("\"room\":\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Room();

    [GeneratedRegex("(?s)```csharp\n(?<value>.*?)```", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("(?m)^using (?<value>[A-Za-z.]+);", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Using();
}
