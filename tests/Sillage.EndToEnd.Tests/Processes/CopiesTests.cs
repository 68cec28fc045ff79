using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>
/// Several copies of a service behind a gateway, with people who go on working while copies die, stop and come back. It needs the
/// executable: what a killed process does to a connection is what is tested.
/// </summary>
public sealed class CopiesTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_copy_that_is_killed_is_not_noticed_and_one_that_starts_is_used()
    {
        await using var all = await StartAsync();
        await using var people = await People.StartAsync(all.Gateway, 6);

        await people.GoOnAsync();
        await all["posts"][1].KillAsync();
        await people.GoOnAsync();
        await all.RestartAsync("posts", 1);
        await HealthIsAsync(all, "posts", "healthy");
        // Whoever came back is there to take all of it.
        await all["posts"][0].KillAsync();
        await people.GoOnAsync();

        await people.AllWentWellAsync(all.Gateway);
    }

    [Fact]
    public async Task A_rolling_restart_is_not_noticed()
    {
        await using var all = await StartAsync();
        await using var people = await People.StartAsync(all.Gateway, 6);

        for (var copy = 0; copy < 2; copy++)
        {
            await people.GoOnAsync();
            (await all["posts"][copy].StopAsync()).ShouldBe(0);
            await people.GoOnAsync();
            await all.RestartAsync("posts", copy);
            await HealthIsAsync(all, "posts", "healthy");
        }

        await people.GoOnAsync();
        await people.AllWentWellAsync(all.Gateway);
    }

    [Fact]
    public async Task From_the_last_version_to_this_one_copies_of_both_stand_side_by_side_and_nobody_notices()
    {
        Assert.SkipUnless(
            LongRuns.AreWanted,
            "It builds the version before this one, which takes minutes: ./test --long."
        );
        using var folder = new TemporaryFolder();
        await using var all = await StartAsync(await BuildLastAsync(folder["last"]));
        try
        {
            (await all["accounts"][0].StopAsync()).ShouldBe(0);
            await all.RestartAsync("accounts", 0);
            await HealthIsAsync(all, "accounts", "healthy");
            await using var people = await People.StartAsync(all.Gateway, 6);
            for (var copy = 0; copy < 2; copy++)
            {
                await people.GoOnAsync();
                (await all["posts"][copy].StopAsync()).ShouldBe(0);
                await all.RestartAsync("posts", copy);
                await HealthIsAsync(all, "posts", "healthy");
            }

            await people.GoOnAsync();
            await people.AllWentWellAsync(all.Gateway);
        }
        finally
        {
            await CommandRun.RunAsync("git", Repository.Root, ["worktree", "remove", "--force", folder["last"]]);
        }
    }

    [Fact]
    public async Task Without_any_accounts_posts_are_read_and_what_cannot_be_done_is_said()
    {
        await using var all = await StartAsync();
        using var admin = await ApiClient.LogInAsync(all.Gateway);
        // The gateway and each copy have heard of the session: what is known goes on.
        (await admin.Client.GetAsync("/api/v1/posts")).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var copy in all["posts"])
        {
            using var direct = new ApiClient(copy.CreateClient());
            direct.Use(admin.Client.DefaultRequestHeaders.Authorization!.Parameter!);
            (await direct.Client.GetAsync("/api/v1/posts")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await all["accounts"][0].KillAsync();

        await HealthIsAsync(all, "accounts", "degraded");
        (await admin.Client.GetAsync("/api/v1/posts")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var client = all.Gateway.CreateClient();
        using var login = await client.PostAsJsonAsync(
            "/api/v1/auth/login",
            new { username = ApiClient.Administrator, password = ApiClient.Password }
        );
        login.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        login.Headers.RetryAfter.ShouldNotBeNull();
        using var health = await client.GetAsync("/health");
        health.StatusCode.ShouldBe(HttpStatusCode.OK);

        await all.RestartAsync("accounts", 0);
        await Eventually.HoldsAsync(async () =>
        {
            using var again = await client.PostAsJsonAsync(
                "/api/v1/auth/login",
                new { username = ApiClient.Administrator, password = ApiClient.Password }
            );
            return again.StatusCode == HttpStatusCode.OK;
        });
    }

    /// <summary>Builds the program as it was one landing ago.</summary>
    private static async Task<string> BuildLastAsync(string folder)
    {
        string[] checkout = ["worktree", "add", "--detach", folder, "HEAD~1"];
        var run = await CommandRun.RunAsync("git", Repository.Root, checkout);
        run.ExitCode.ShouldBe(0, run.Error);
        var output = Path.Combine(folder, "built");
        string[] build =
        [
            "build",
            "src/Sillage",
            "--configuration",
            "Release",
            "--output",
            output,
            "-p:RunAnalyzers=false",
        ];
        run = await CommandRun.RunAsync("dotnet", folder, build, atMost: TimeSpan.FromMinutes(15));
        run.ExitCode.ShouldBe(0, run.Output);
        return Path.Combine(output, "sillage");
    }

    private async Task<Deployment> StartAsync(string? program = null) =>
        await Deployment.StartProgramAsync(
            program ?? Repository.Executable,
            new Dictionary<string, string>
            {
                ["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync(),
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
                ["SILLAGE_GATEWAY__SERVICES__accounts__REQUIRED"] = "false",
            },
            ("accounts", 1),
            ("posts", 2)
        );

    private static Task HealthIsAsync(Deployment all, string service, string state) =>
        Eventually.HoldsAsync(async () =>
        {
            using var client = all.Gateway.CreateClient();
            using var reply = await client.GetAsync("/health");
            var health = await reply.Content.ReadFromJsonAsync<JsonElement>();
            return health.GetProperty("checks").GetProperty($"service {service}").GetProperty("status").GetString()
                == state;
        });

    /// <summary>Some who read and write posts one after the other, and note what did not go well.</summary>
    private sealed class People : IAsyncDisposable
    {
        private const int Enough = 60;

        private readonly ApiClient _api;
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentQueue<string> _failures = new();
        private readonly ConcurrentBag<string> _written = [];
        private readonly List<Task> _working;
        private int _done;

        private People(ApiClient api, int count)
        {
            _api = api;
            _working = [.. Enumerable.Range(0, count).Select(i => Task.Run(() => WorkAsync(i)))];
        }

        public static async Task<People> StartAsync(SillageServer gateway, int count) =>
            new(await ApiClient.LogInAsync(gateway), count);

        /// <summary>Waits until they have done some more.</summary>
        public async Task GoOnAsync()
        {
            var until = Volatile.Read(ref _done) + Enough;
            await Eventually.HoldsAsync(() => Volatile.Read(ref _done) >= until || !_failures.IsEmpty);
        }

        /// <summary>Ends their work: nothing has failed, and each post is there once.</summary>
        public async Task AllWentWellAsync(SillageServer gateway)
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_working);
            _failures.Take(3).ShouldBeEmpty($"{_failures.Count} of {_done}: {gateway.Errors}");
            var found = new List<string>();
            var next = "/api/v1/posts?limit=1000";
            while (next is not null)
            {
                var page = await _api.GetAsync(next);
                found.AddRange(
                    page.GetProperty("items").EnumerateArray().Select(post => post.GetProperty("title").GetString()!)
                );
                next = page.TryGetProperty("next", out var link) ? link.GetString() : null;
            }

            found.ShouldBe(_written, ignoreOrder: true);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_working);
            _stop.Dispose();
            _api.Dispose();
        }

        private async Task WorkAsync(int person)
        {
            for (var i = 0; !_stop.IsCancellationRequested; i++)
            {
                var title = $"Post {i} of {person}";
                using var request =
                    i % 2 == 0 ? Write(title) : new HttpRequestMessage(HttpMethod.Get, "/api/v1/posts?limit=5");
                try
                {
                    using var reply = await _api.Client.SendAsync(request);
                    if (!reply.IsSuccessStatusCode)
                    {
                        _failures.Enqueue(
                            $"{request.Method} {(int)reply.StatusCode} {await reply.Content.ReadAsStringAsync()}"
                        );
                    }
                    else if (i % 2 == 0)
                    {
                        _written.Add(title);
                    }
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    _failures.Enqueue($"{request.Method} {e}");
                }

                Interlocked.Increment(ref _done);
            }
        }

        private static HttpRequestMessage Write(string title)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/posts")
            {
                Content = JsonContent.Create(new { title, body = "Four of us on the lake." }),
            };
            request.Headers.Add("Idempotency-Key", title.Replace(' ', '-'));
            return request;
        }
    }
}
