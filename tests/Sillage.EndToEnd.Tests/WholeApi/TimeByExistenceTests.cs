using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// A refused password takes the same time whether the name is nobody's, somebody's, of an account that was handed out and never
/// used (its hash has a hundredth of the rounds, ADR 24), locked, or disabled.
/// </summary>
public sealed class TimeByExistenceTests(SharedServer shared, ITestOutputHelper output)
{
    private const int Tries = 2;

    // Of few tries the quickest is what the work takes; what the rounds make is a factor of fifteen and more.
    private const double MostTimes = 5;

    private static readonly (HttpMethod Method, string Path)[] Roads =
    [
        (HttpMethod.Post, "/api/v1/auth/login"),
        (HttpMethod.Get, "/api/v1/me"),
        (HttpMethod.Get, "/metrics"),
    ];

    [Fact]
    public async Task The_time_of_a_refusal_tells_nothing()
    {
        using var researcher = await ApiClient.LogInAsync(shared.Server, "researcher");
        var suffix = Guid.CreateVersion7().ToString("N")[^10..];
        var unused = (await researcher.MakeStudyAsync($"time-{suffix}", 1)).Single();
        (await shared.RegisterAsync($"used-{suffix}", null)).Dispose();
        await DisableAsync($"gone-{suffix}");
        using var client = shared.Server.CreateClient();
        await LockAsync(client, $"shut-{suffix}");
        foreach (var (method, path) in Roads)
        {
            var times = new Dictionary<string, double>
            {
                ["nobody"] = await QuickestAsync(client, method, path, $"none-{suffix}", null),
                ["used"] = await QuickestAsync(client, method, path, $"used-{suffix}", null),
                ["unused"] = await QuickestAsync(client, method, path, unused.Username, null),
                ["locked"] = await QuickestAsync(client, method, path, $"shut-{suffix}", ApiClient.Password),
                ["disabled"] = await QuickestAsync(client, method, path, $"gone-{suffix}", ApiClient.Password),
            };

            var figures = string.Join(", ", times.Select(t => $"{t.Key} {t.Value:0.0} ms"));
            output.WriteLine($"{method} {path}: {figures}");
            (times.Values.Max() / times.Values.Min()).ShouldBeLessThan(MostTimes, $"{method} {path}: {figures}");
        }
    }

    [Fact]
    public async Task No_other_road_to_tokens_tells_more_by_its_time()
    {
        using var researcher = await ApiClient.LogInAsync(shared.Server, "researcher");
        var suffix = Guid.CreateVersion7().ToString("N")[^10..];
        var unused = (await researcher.MakeStudyAsync($"roads-{suffix}", 1)).Single();
        (await shared.RegisterAsync($"known-{suffix}", null)).Dispose();
        using var client = shared.Server.CreateClient();
        foreach (var road in await PasswordRoads.AllAsync(client))
        {
            var times = new List<double>();
            foreach (var name in new[] { $"none-{suffix}", $"known-{suffix}", unused.Username })
            {
                var quickest = double.MaxValue;
                for (var i = 0; i < Tries; i++)
                {
                    var start = Stopwatch.GetTimestamp();
                    using var reply = await PasswordRoads.AskAsync(client, road, name, $"not the password {i}");
                    quickest = Math.Min(quickest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    reply.StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest);
                }

                times.Add(quickest);
            }

            output.WriteLine($"{road.Name}: {string.Join(", ", times.Select(t => $"{t:0.0} ms"))}");
            (times.Max() / times.Min()).ShouldBeLessThan(MostTimes, road.Name);
        }
    }

    private async Task LockAsync(HttpClient client, string username)
    {
        (await shared.RegisterAsync(username, null)).Dispose();
        for (var i = 0; i < 10; i++)
        {
            await AskAsync(client, HttpMethod.Post, "/api/v1/auth/login", username, $"wrong {i}");
        }
    }

    private async Task DisableAsync(string username)
    {
        using var person = await shared.RegisterAsync(username, null);
        var id = (await person.GetAsync("/api/v1/me")).GetProperty("id").GetString();
        using var admin = await ApiClient.LogInAsync(shared.Server);
        await admin.PatchAsync($"/api/v1/users/{id}", new { disabled = true });
    }

    private static async Task<double> QuickestAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        string username,
        string? right
    )
    {
        var quickest = double.MaxValue;
        for (var i = 0; i < Tries; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await AskAsync(client, method, path, username, right ?? $"not the password {i}");
            quickest = Math.Min(quickest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return quickest;
    }

    private static async Task AskAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        string username,
        string password
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            var body = System.Text.Json.JsonSerializer.Serialize(new { username, password });
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }
        else
        {
            var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", pair);
        }

        using var reply = await client.SendAsync(request);
        reply.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
