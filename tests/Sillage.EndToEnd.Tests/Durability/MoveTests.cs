using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>A server in use moves from its data folder to PostgreSQL: whoever asks gets the same answers, stays logged in, and goes on.</summary>
public sealed class MoveTests(PostgresServer postgres, ITestOutputHelper output) : IDisposable
{
    // A link to a file is sealed anew each time, and holds all the same.
    private const string Sealed = "?token=";

    // A codebook is kept in memory, and says since when.
    private const string CountedAt = "countedAt";

    /// <summary>What tells the time, the process or the last reader, and what would change the session that asks.</summary>
    private static readonly string[] Moving =
    [
        "/health",
        "/api/health",
        "/metrics",
        "/live",
        "/api/v1/server",
        "/api/v1/audit",
        "/api/v1/jobs",
        "/api/v1/backups",
        "/api/v1/presence",
        "/utils/token",
        "/identity-openings",
        "/me/data",
        "/looks",
        "/leaderboard",
        "/records/changes",
        "/requests",
        Sealed,
    ];

    /// <summary>What would end the session that writes, or is no matter of data.</summary>
    private static readonly string[] NotWritten =
    [
        "/auth/",
        "/setup",
        "/me/password",
        "/second-factor",
        "/backups",
        "/cookies",
    ];

    private readonly TemporaryFolder _folder = new();

    private readonly Dictionary<string, string> _environment = new(ApiClient.AdministratorSettings)
    {
        ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
        ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everybody_gets_the_same_answers_afterwards_and_goes_on()
    {
        string token;
        OwnThings things;
        IReadOnlyDictionary<string, string> before;
        string file;
        await using (var server = await SillageServer.StartAsync(_folder, _environment))
        {
            using var admin = await ApiClient.LogInAsync(server);
            token = admin.Client.DefaultRequestHeaders.Authorization!.Parameter!;
            things = await FillAsync(server, admin);
            before = await SettledAsync(admin, things);
            var described = before.Single(pair =>
                pair.Key.StartsWith("/api/v1/messaging/files/", StringComparison.Ordinal)
                && pair.Value.StartsWith("200 ", StringComparison.Ordinal)
            );
            file = TextsOf(JsonNode.Parse(await admin.Client.GetStringAsync(described.Key)))
                .First(text => text.Contains(Sealed, StringComparison.Ordinal));
            await server.StopAsync();
        }

        var answered = before.Values.Count(answer => answer.StartsWith("200 ", StringComparison.Ordinal));
        output.WriteLine($"{before.Count} addresses, {answered} with an answer.");
        answered.ShouldBeGreaterThan(150);

        _environment["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync();
        var trial = await RunAsync("move", "--to", "postgres", "--dry-run");
        trial.ExitCode.ShouldBe(0, trial.Error);
        var move = await RunAsync("move", "--to", "postgres");
        move.ExitCode.ShouldBe(0, move.Error);
        output.WriteLine(move.Output);
        LinesOf(move).ShouldBe(LinesOf(trial));
        foreach (
            var module in new[] { "accounts", "traces", "messaging", "posts", "notifications", "rowing", "collections" }
        )
        {
            LinesOf(move).ShouldContain(line => line.StartsWith(module, StringComparison.Ordinal));
        }

        // Nobody looks at it any more.
        Directory.Move(_folder["data"], _folder["moved"]);
        await using (var server = await SillageServer.StartAsync(_folder, _environment))
        {
            using var admin = new ApiClient(server.CreateClient());
            admin.Use(token);
            var after = await ReadAsync(admin, before.Keys, follow: false);
            var differing = before.Where(pair => after[pair.Key] != pair.Value).ToList();
            foreach (var (address, answer) in differing)
            {
                output.WriteLine($"{address}\n  {answer}\n  {after[address]}");
            }

            output.WriteLine($"{differing.Count} of {before.Count} differ.");
            differing.Select(pair => pair.Key).ShouldBeEmpty();
            (await admin.Client.GetByteArrayAsync(file)).ShouldBe(FileContent(), "by the link that was given before");
            await GoOnAsync(admin, things);
            await server.StopAsync();
        }

        var again = await RunAsync("move", "--to", "postgres", "--data", _folder["moved"]);
        again.ExitCode.ShouldBe(2);
        again
            .Error.TrimEnd()
            .Split('\n')
            .ShouldHaveSingleItem()
            .ShouldContain("is not empty: it has the schema accounts (moved from SQLite");
    }

    [Fact]
    public async Task What_cannot_be_moved_is_told_in_one_line()
    {
        await using (var server = await SillageServer.StartAsync(_folder, _environment))
        {
            _environment["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync();
            (await RefusalAsync("move", "--to", "postgres")).ShouldContain("is in use by another Sillage server");
            await server.StopAsync();
        }

        (await RefusalAsync("move", "--to", "mysql")).ShouldContain("--to takes postgres");
        (await RefusalAsync("move", "--to", "postgres", "--data", _folder["nothing"])).ShouldContain("nothing to move");
        (await RefusalAsync("move", "--to", "postgres", "--set", "Modules=accounts")).ShouldContain("setting Modules");
        _environment["SILLAGE_POSTGRES"] += ";Port=1";
        (await RefusalAsync("move", "--to", "postgres")).ShouldContain("setting Postgres");
        _environment.Remove("SILLAGE_POSTGRES");
        (await RefusalAsync("move", "--to", "postgres")).ShouldContain("setting Postgres");
    }

    /// <summary>Leaves something wherever the document has an example of what to send, and what takes more than that.</summary>
    private static async Task<OwnThings> FillAsync(SillageServer server, ApiClient admin)
    {
        await admin.MakeStudyAsync("moved", 3);
        using var somebody = new ApiClient(server.CreateClient());
        await somebody.PostAsync("/api/v1/auth/register", new { username = "player-1", password = ApiClient.Password });
        using var player = await ApiClient.LogInAsync(server, "player-1");
        var id = (await player.GetAsync("/api/v1/me")).GetProperty("id").GetString()!;
        await player.PatchAsync("/api/v1/me", new { displayName = "Žofie 🚣", email = "player-1@example.org" });
        var things = await OwnThings.MakeAsync(admin);
        await TalkAsync(admin, player, id, things);
        await PublishAsync(admin, player, things);
        await TraceAsync(admin);
        await admin.PostAsync(
            "/api/v1/notifications",
            new
            {
                recipient = id,
                subject = "For you",
                body = "…",
            }
        );
        await admin.PostAsync(
            "/api/v1/collections",
            new
            {
                name = "logs",
                fields = new[]
                {
                    new
                    {
                        name = "said",
                        type = "text",
                        search = true,
                    },
                },
            }
        );
        await admin.PostAsync("/api/v1/collections/logs/records", new { said = "Élan, a wake and a wake" });
        var sent = 0;
        foreach (var operation in await Operation.AllAsync(admin.Client))
        {
            if (
                (operation.Method != HttpMethod.Post && operation.Method != HttpMethod.Put)
                || Array.Exists(NotWritten, part => operation.Path.Contains(part, StringComparison.Ordinal))
            )
            {
                continue;
            }

            using var request = new HttpRequestMessage(operation.Method, things.Fill(operation, "moved"));
            request.Content = operation.BodyExample is { } example
                ? new StringContent(example.GetRawText(), Encoding.UTF8, "application/json")
                : null;
            request.Headers.Add("Idempotency-Key", "sent once");
            using var reply = await admin.Client.SendAsync(request);
            sent += reply.IsSuccessStatusCode ? 1 : 0;
        }

        sent.ShouldBeGreaterThan(30);
        return things;
    }

    private static async Task TalkAsync(ApiClient admin, ApiClient player, string playerId, OwnThings things)
    {
        using (
            await admin.Client.PutAsJsonAsync(
                $"/api/v1/rooms/{things.Room}/members/{playerId}",
                new { role = "member" }
            )
        ) { }

        var messages = new List<string>();
        foreach (
            var text in new[] { "Who left a wake?", "À l'eau, les rameurs!", "gone", "Zwölf Boote 🚣", "the last" }
        )
        {
            var message = await player.PostAsync($"/api/v1/rooms/{things.Room}/messages", new { text });
            messages.Add($"/api/v1/rooms/{things.Room}/messages/{message.GetProperty("id").GetString()}");
        }

        await admin.PostAsync($"/api/v1/rooms/{things.Room}/messages", new { text = "In a thread", replyTo = 1 });
        await player.PatchAsync(messages[1], new { text = "À l'eau, mes rameurs!" });
        using var deleted = await player.Client.DeleteAsync(messages[2]);
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var reacted = await player.Client.PutAsync($"{messages[0]}/reactions/🚣", null);
        reacted.IsSuccessStatusCode.ShouldBeTrue();

        await admin.PostAsync("/api/v1/conversations", new { with = new[] { playerId } });
        using var bytes = new ByteArrayContent(FileContent());
        bytes.Headers.ContentType = new("text/plain");
        using var sent = await player.Client.PostAsync("/api/v1/messaging/files?name=wake.txt", bytes);
        sent.StatusCode.ShouldBe(HttpStatusCode.Created, await sent.Content.ReadAsStringAsync());
        var file = (await sent.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        await player.PostAsync(
            $"/api/v1/rooms/{things.Room}/messages",
            new { text = "a file", attachments = new[] { file } }
        );
    }

    private static byte[] FileContent() => [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)('a' + (i % 26)))];

    private static async Task PublishAsync(ApiClient admin, ApiClient player, OwnThings things)
    {
        foreach (var title in new[] { "Éclair", "Zebra", "aviron", "Aviron", "ääkköset", "zwölf" })
        {
            await player.PostAsync(
                "/api/v1/posts",
                new
                {
                    title,
                    body = $"{title} in the wake of a boat, *{title}*.",
                    tags = new[] { "wake", title },
                }
            );
        }

        var comment = await player.PostAsync($"/api/v1/posts/{things.Post}/comments", new { body = "Not I." });
        await admin.PostAsync(
            $"/api/v1/posts/{things.Post}/comments",
            new { body = "But who?", parent = comment.GetProperty("id").GetString() }
        );
    }

    private static async Task TraceAsync(ApiClient admin)
    {
        await admin.PostAsync(
            "/api/v1/studies/moved/traces",
            Enumerable
                .Range(0, 200)
                .Select(i => new
                {
                    timestamp = DateTimeOffset.UnixEpoch.AddSeconds(1_772_445_600 + i),
                    session = $"s-{i % 7}",
                    sequence = i,
                    name = i % 3 == 0 ? "Ended" : "answered",
                    participant = 1 + (i % 3),
                    data = new { room = "é \u001f \" \\ 🚣", answer = i * 0.1 },
                })
        );
        using var bad = new StringContent("""[{"name":"","data":{"room":7}}]""", Encoding.UTF8, "application/json");
        using var reply = await admin.Client.PostAsync("/api/v1/studies/moved/traces", bad);
        reply.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    /// <summary>What is written after the move comes after what was written before, and is found with it.</summary>
    private static async Task GoOnAsync(ApiClient admin, OwnThings things)
    {
        var room = await admin.GetAsync($"/api/v1/rooms/{things.Room}");
        var message = await admin.PostAsync(
            $"/api/v1/rooms/{things.Room}/messages",
            new { text = "A wake on the other side" }
        );
        message.GetProperty("seq").GetInt64().ShouldBe(room.GetProperty("lastSeq").GetInt64() + 1);
        var found = await admin.GetAsync($"/api/v1/rooms/{things.Room}/messages/search?q=wake");
        found.GetProperty("items").GetArrayLength().ShouldBe(2);

        var posts = (await admin.GetAsync("/api/v1/posts?q=wake&limit=100")).GetProperty("items").GetArrayLength();
        posts.ShouldBeGreaterThanOrEqualTo(6);
        var post = await admin.PostAsync(
            "/api/v1/posts",
            new
            {
                title = "Another wake",
                body = "…",
                tags = new[] { "wake" },
            }
        );
        (await admin.GetAsync("/api/v1/posts?q=wake&limit=100"))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(posts + 1);
        await admin.PostAsync(
            $"/api/v1/posts/{post.GetProperty("id").GetString()}/comments",
            new { body = "After the move." }
        );

        var traces = await admin.TraceIdsAsync("moved");
        await admin.PostAsync(
            "/api/v1/studies/moved/traces",
            new[]
            {
                new
                {
                    timestamp = "2026-03-03T10:00:00Z",
                    name = "after",
                    participant = 1,
                    data = new { room = "loops" },
                },
            }
        );
        (await admin.TraceIdsAsync("moved")).Count.ShouldBe(traces.Count + 1);

        await admin.PostAsync("/api/v1/collections/logs/records", new { said = "The wake of another" });
        (await admin.GetAsync("/api/v1/collections/logs/records?q=wake"))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(2);
        await admin.PostAsync("/api/v1/workouts", new { machine = "rower", start = "2026-11-21T06:30:00Z" });
        await admin.PostAsync(
            $"/api/v1/collections/{things.Collection}/records",
            new { name = "Another", price = 2.5 }
        );
        await admin.PostAsync("/api/v1/collections", new { template = "items", name = "after" });
        await admin.PostAsync("/api/v1/api-keys", new { name = "after", permissions = new[] { "traces.write" } });
        var participants = await admin.GetAsync("/api/v1/studies/moved/participants?limit=1000");
        var made = await admin.PostAsync("/api/v1/studies/moved/participants", new { count = 1 });
        made.GetProperty("items")[0]
            .GetProperty("number")
            .GetInt64()
            .ShouldBe(participants.GetProperty("items").GetArrayLength() + 1);
    }

    /// <summary>What the server answers once all that goes on behind requests has come to rest.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> SettledAsync(ApiClient admin, OwnThings things)
    {
        var begin = new List<string> { "/api/v1" };
        foreach (var operation in await Operation.AllAsync(admin.Client))
        {
            if (operation.Method == HttpMethod.Get)
            {
                var query = operation.Parameters("query").ToHashSet();
                var address = things.Fill(operation, "moved");
                begin.Add(query.Contains("limit") ? $"{address}?limit=3" : address);
                begin.Add(query.Contains("q") ? $"{address}?q=wake" : address);
            }
        }

        var earlier = await ReadAsync(admin, begin, follow: true);
        for (var attempt = 0; ; attempt++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            var read = await ReadAsync(admin, begin, follow: true);
            var differing = read.Where(pair => earlier.GetValueOrDefault(pair.Key) != pair.Value).ToList();
            if (differing.Count == 0 && read.Count == earlier.Count)
            {
                return read;
            }

            attempt.ShouldBeLessThan(20, string.Join('\n', differing.Take(9).Select(pair => pair.Key)));
            earlier = read;
        }
    }

    /// <summary>The answers at so many addresses, and at those that they lead to.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        ApiClient admin,
        IEnumerable<string> addresses,
        bool follow
    )
    {
        var answers = new Dictionary<string, string>();
        var waiting = new Queue<string>(addresses);
        while (waiting.TryDequeue(out var address))
        {
            if (
                answers.ContainsKey(address)
                || Array.Exists(Moving, part => address.Contains(part, StringComparison.Ordinal))
            )
            {
                continue;
            }

            using var reply = await admin.Client.GetAsync(address);
            var body = await reply.Content.ReadAsByteArrayAsync();
            // A refusal has a number of its own.
            var isJson =
                reply.IsSuccessStatusCode && reply.Content.Headers.ContentType?.MediaType == "application/json";
            answers[address] =
                $"{(int)reply.StatusCode} {(isJson ? InOrder(JsonNode.Parse(body)) : reply.IsSuccessStatusCode ? Convert.ToHexString(body) : "")}";
            if (follow && isJson)
            {
                foreach (
                    var text in TextsOf(JsonNode.Parse(body))
                        .Where(text => text.StartsWith("/api/", StringComparison.Ordinal))
                )
                {
                    waiting.Enqueue(text);
                }
            }
        }

        return answers;
    }

    /// <summary>The document with its names in order: a jsonb has an order of its own.</summary>
    private static string InOrder(JsonNode? node) =>
        node switch
        {
            JsonObject members =>
                $"{{{string.Join(',', members.Where(member => member.Key != CountedAt).OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}:{InOrder(member.Value)}"))}}}",
            JsonArray items => $"[{string.Join(',', items.Select(InOrder))}]",
            _ when node?.ToJsonString() is { } text => text.Split(Sealed)[0],
            _ => "null",
        };

    private static IEnumerable<string> TextsOf(JsonNode? node) =>
        node switch
        {
            JsonObject members => members.SelectMany(member => TextsOf(member.Value)),
            JsonArray items => items.SelectMany(TextsOf),
            JsonValue value when value.TryGetValue<string>(out var text) => [text],
            _ => [],
        };

    private static string[] LinesOf(CommandRun run) =>
        [
            .. run
                .Output.Split('\n')
                .Where(line => line.Contains(" rows in ", StringComparison.Ordinal))
                .Select(line => line.Trim()),
        ];

    private async Task<string> RefusalAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        run.ExitCode.ShouldBe(2, run.Output);
        return run.Error.TrimEnd().Split('\n').ShouldHaveSingleItem();
    }

    private Task<CommandRun> RunAsync(params string[] arguments) =>
        CommandRun.SillageAsync(_folder, arguments, _environment);
}
