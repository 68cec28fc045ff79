using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Console;

/// <summary>The console in Chromium, against the real server: what people do there, as the scripts beside this file say it.</summary>
public sealed class ConsoleTests : IAsyncLifetime
{
    internal const string Hostile = "<img src=x onerror=\"window.hostile=1\"><script>window.hostile=1</script>{{7*7}}";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_researcher_gets_from_the_setup_link_to_the_first_trace_and_through_the_job()
    {
        await using var server = await StartAsync();
        // Below the address by which the server is known to be up.
        await Eventually.HoldsAsync(() => Task.FromResult(SetupLink(server) is not null), "the setup link is shown");

        await RunAsync("researcher.mjs", server, new { ApiClient.Password, Setup = SetupLink(server) });
    }

    [Fact]
    public async Task Every_page_is_fit_for_everybody_in_both_languages_and_takes_no_text_for_markup()
    {
        await using var server = await StartAsync(ApiClient.AdministratorSettings);
        using var admin = await ApiClient.LogInAsync(server);
        await SeedAsync(admin, server);
        await MakeAccountAsync(admin, "researcher");
        using var researcher = await ApiClient.LogInAsync(server, "researcher");
        await SeedQuestAsync(researcher);

        var pictures = Path.Combine(Repository.Root, "artifacts", "console");
        Directory.CreateDirectory(pictures);
        var texts = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "web/src/en.json")));
        await RunAsync(
            "looks.mjs",
            server,
            new
            {
                ApiClient.Password,
                Username = ApiClient.Administrator,
                Study = "hostile",
                Texts = texts.RootElement.EnumerateObject().Select(text => text.Name),
            },
            pictures
        );

        // The guide's pictures, and the README's.
        foreach (var name in new[] { "console", "console-session", "console-import", "console-settings" })
        {
            KeepPicture(pictures, name + ".png", name + ".png");
        }
    }

    [Fact]
    public async Task Each_role_sees_its_pages_and_a_session_that_ends_loses_nothing()
    {
        await using var server = await StartAsync(ApiClient.AdministratorSettings);
        using var admin = await ApiClient.LogInAsync(server);
        foreach (var role in new[] { "member", "researcher" })
        {
            await MakeAccountAsync(admin, role);
        }

        await RunAsync("sessions.mjs", server, new { ApiClient.Password });
    }

    [Fact]
    public async Task An_administrators_day()
    {
        await using var server = await StartAsync(ApiClient.AdministratorSettings);
        var pictures = Path.Combine(Repository.Root, "artifacts", "console");
        Directory.CreateDirectory(pictures);

        await RunAsync("administrator.mjs", server, new { ApiClient.Password }, pictures);
        KeepPicture(pictures, "overview.png", "console-overview.png");
    }

    [Fact]
    public async Task Two_people_a_file_a_slow_network_and_a_server_that_starts_again()
    {
        await using var first = await StartAsync(ApiClient.AdministratorSettings);
        using var admin = await ApiClient.LogInAsync(first);
        foreach (var role in new[] { "researcher", "colleague" })
        {
            await MakeAccountAsync(admin, "researcher", role);
        }

        using var researcher = await ApiClient.LogInAsync(first, "researcher");
        await SeedQuestAsync(researcher);
        var address = first.Address;
        var script = RunAsync("together.mjs", first, new { ApiClient.Password });

        // At the same address, as a service that is started anew.
        var asked = Path.Combine(_folder.Path, "restart");
        while (!File.Exists(asked) && !script.IsCompleted)
        {
            await Task.Delay(100);
        }

        await first.StopAsync();
        await using var second = await StartAsync(
            ApiClient.AdministratorSettings,
            "--urls",
            address.GetLeftPart(UriPartial.Authority)
        );
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "restarted"), "");
        await script;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<SillageServer> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null,
        params string[] arguments
    ) =>
        SillageServer.StartAsync(
            _folder["server"],
            new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
            {
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            },
            arguments
        );

    // What the guide shows is what the pages look like: made anew where that is asked for.
    internal static void KeepPicture(string pictures, string made, string kept)
    {
        var picture = Path.Combine(Repository.Root, "docs/guide", kept);
        if (Environment.GetEnvironmentVariable("SILLAGE_TEST_UPDATE") == "1")
        {
            File.Copy(Path.Combine(pictures, made), picture, overwrite: true);
        }

        File.Exists(picture).ShouldBeTrue(picture);
    }

    private static string? SetupLink(SillageServer server) =>
        server
            .Output.Split('\n')
            .Select(line => line.Trim())
            .FirstOrDefault(line => line.Contains("/setup#token=", StringComparison.Ordinal));

    // Every text that a page shows, as somebody would fill it in who wants more than to be read.
    private static async Task SeedAsync(ApiClient admin, SillageServer server)
    {
        await admin.PatchAsync("/api/v1/me", new { displayName = Hostile });
        await admin.PostAsync(
            "/api/v1/users",
            new
            {
                username = "hostile",
                password = ApiClient.Password,
                role = "researcher",
                displayName = Hostile,
            }
        );
        await admin.PostAsync("/api/v1/api-keys", new { permissions = new[] { "self" }, name = Hostile });
        await admin.PostAsync(
            "/api/v1/studies",
            new
            {
                slug = "hostile",
                title = Hostile,
                fields = new object[]
                {
                    new
                    {
                        name = "answer",
                        type = "string",
                        description = Hostile,
                    },
                    new { name = "score", type = "integer" },
                },
                unknownFields = "keep",
            }
        );
        var made = await admin.PostAsync("/api/v1/studies/hostile/participants", new { count = 1 });
        var player = made.GetProperty("items")[0];
        using var game = ApiClient.Basic(
            server,
            player.GetProperty("username").GetString()!,
            player.GetProperty("password").GetString()!
        );
        object Trace(object score, int sequence) =>
            new
            {
                timestamp = "2026-11-20T09:30:00Z",
                name = Hostile,
                session = Hostile,
                sequence,
                data = new
                {
                    answer = Hostile,
                    score,
                    other = Hostile,
                },
            };
        using var reply = await game.Client.PostAsJsonAsync(
            "/api/v1/studies/hostile/traces",
            new[] { Trace(1, 1), Trace(2, 2), Trace(Hostile, 3) }
        );
        reply.IsSuccessStatusCode.ShouldBeTrue(await reply.Content.ReadAsStringAsync());
    }

    private static Task<JsonElement> MakeAccountAsync(ApiClient admin, string role, string? username = null) =>
        admin.PostAsync(
            "/api/v1/users",
            new
            {
                username = username ?? role,
                password = ApiClient.Password,
                role,
            }
        );

    // What a study looks like after some weeks, the same each time.
    private static async Task SeedQuestAsync(ApiClient researcher)
    {
        const int Players = 12;
        string[] rooms = ["entrance", "loops", "arrays", "recursion", "exit"];
        string[] names = ["answered", "answered", "answered", "hint asked", "moved"];
        await researcher.MakeStudyAsync("java-quest", Players, "Java quest");
        var traces = new List<object>();
        for (var day = 0; day < 24; day++)
        {
            for (var player = 1; player <= Players; player++)
            {
                var seed = (day * 37 + player * 101) % 97;
                var begun = new DateTimeOffset(2026, 11, 3 + day, 8 + (seed % 9), player, 0, TimeSpan.Zero);
                for (var i = 0; i < (seed % 3 == 0 ? 0 : seed % 17); i++)
                {
                    traces.Add(
                        new
                        {
                            timestamp = begun.AddSeconds(40 * i),
                            participant = player,
                            session = $"s-{day}",
                            // Now and then two never came.
                            sequence = i + (i > 1 && seed % 5 == 0 ? 3 : 1),
                            name = i == 0 ? "started" : names[(seed + i) % names.Length],
                            data = new { room = rooms[(seed + (i / 3)) % rooms.Length] },
                        }
                    );
                }
            }
        }

        await researcher.PostAsync("/api/v1/studies/java-quest/traces", traces);
    }

    private Task RunAsync(string script, SillageServer server, object given, string? pictures = null) =>
        ConsoleScript.RunAsync(script, server, given, pictures ?? _folder.Path);
}
