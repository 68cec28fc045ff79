using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications;
using Sillage.Specifications.Hosting;
using Sillage.Storage;
using Sillage.Storage.Work;
using Xunit;

namespace Sillage.Hosting.Tests.Jobs;

public sealed class JobRoutesTests : IAsyncLifetime
{
    private const string Jobs = "/api/v1/jobs";

    private readonly Weather _weather = new();
    private SillageServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await SillageServer.StartAsync([new PlaygroundModule(), new SailingModule(_weather)]);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Parked_jobs_are_listed_retried_and_dropped_by_administrators_and_audited()
    {
        _weather.IsBad = true;
        foreach (var boat in new[] { "wake", "oar", "cox" })
        {
            await Database.WriteAsync(
                async unit =>
                {
                    await unit.EnqueueAsync(new Sail(boat));
                    return true;
                },
                CancellationToken.None
            );
        }

        await Eventually.HoldsAsync(async () => (await ListAsync($"{Jobs}?state=parked")).Items.Length == 3);
        var (items, next) = await ListAsync($"{Jobs}?kind=boat.sail&limit=2");
        items = [.. items, .. (await ListAsync(next!)).Items];
        items.Select(item => item.GetProperty("state").GetString()).ShouldAllBe(state => state == "parked");
        items.Select(item => item.GetProperty("module").GetString()).ShouldAllBe(module => module == "sailing");
        items.Select(item => item.GetProperty("error").GetString()!).ShouldAllBe(error => error.Contains("a storm"));
        items[1].GetProperty("arguments").GetString().ShouldBe("""{"boat":"oar"}""");

        _weather.IsBad = false;
        var retry = items[0].GetProperty("links").GetProperty("retry").GetString()!;
        var drop = $"{Jobs}/{items[1].GetProperty("id").GetString()}";
        (await SendAsync(HttpMethod.Post, retry, "bob")).Status.ShouldBe(403);
        (await SendAsync(HttpMethod.Post, retry)).Status.ShouldBe(204);
        (await SendAsync(HttpMethod.Delete, drop)).Status.ShouldBe(204);
        (await SendAsync(HttpMethod.Delete, drop)).Status.ShouldBe(404);

        await Eventually.HoldsAsync(() => _weather.Sailed.Count == 1);
        _weather.Sailed.ShouldBe(["wake"]);
        await Eventually.HoldsAsync(async () => (await ListAsync($"{Jobs}?kind=boat.sail")).Items.Length == 1);
        var audit = await Database.ReadAsync(
            reader => reader.ReadAuditAsync(new AuditFilter(), 10, CancellationToken.None),
            CancellationToken.None
        );
        audit.Select(row => row.Action).ShouldBe(["job.dropped", "job.retried"]);
        audit.ShouldAllBe(row => row.Actor == PlaygroundAuthority.Alice && row.Details == """{"kind":"boat.sail"}""");
    }

    [Fact]
    public async Task What_recurs_is_listed_too()
    {
        var (items, _) = await ListAsync($"{Jobs}?state=waiting&kind=storage.purge");
        items.Select(item => item.GetProperty("module").GetString()).ShouldContain("sailing");

        (await SendAsync(HttpMethod.Get, $"{Jobs}?state=lost")).Status.ShouldBe(400);
        (await SendAsync(HttpMethod.Get, $"{Jobs}?kind=a%00")).Status.ShouldBe(400);
    }

    private IDatabase<SailingModule> Database => _server.Services.GetRequiredService<IDatabase<SailingModule>>();

    private async Task<(JsonElement[] Items, string? Next)> ListAsync(string path)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path);
        status.ShouldBe(200);
        return ([.. body.GetProperty("items").EnumerateArray()], body.GetProperty("next").GetString());
    }

    private async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string token = "alice")
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var reply = await _server.Client.SendAsync(request);
        var text = await reply.Content.ReadAsStringAsync();
        return ((int)reply.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    private sealed class Weather
    {
        public bool IsBad { get; set; }

        public List<string> Sailed { get; } = [];
    }

    private sealed record Sail(string Boat) : IJob
    {
        public static string Kind => "boat.sail";
    }

    private sealed class Sailing(Weather weather) : IWork<Sail>
    {
        public Task<WorkResult> RunAsync(Sail job, WorkRun run, CancellationToken ct)
        {
            if (weather.IsBad)
            {
                throw new InvalidOperationException("a storm");
            }

            weather.Sailed.Add(job.Boat);
            return Task.FromResult(WorkResult.Done);
        }
    }

    private sealed class SailingModule(Weather weather) : IModule
    {
        public string Name => "sailing";

        public void AddServices(IServiceCollection services, IConfiguration configuration)
        {
            services.AddModuleDatabase<SailingModule>(Name);
            services.AddSingleton(weather);
            services.AddWork<SailingModule, Sail, Sailing>((work, _) => work.MaxAttempts = 1);
        }

        public void MapRoutes(IEndpointRouteBuilder routes) { }
    }
}
