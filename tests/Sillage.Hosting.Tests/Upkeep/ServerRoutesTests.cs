using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Sillage.Hosting.Telemetry;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications;
using Sillage.Specifications.Hosting;
using Sillage.Storage;
using Xunit;

namespace Sillage.Hosting.Tests.Upkeep;

/// <summary>What whoever runs the server sees and does by the API: state, settings, log, backups.</summary>
public sealed class ServerRoutesTests : IAsyncLifetime
{
    private const string Backups = "/api/v1/backups";

    private SillageServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await SillageServer.StartAsync(
            [new PlaygroundModule()],
            new Dictionary<string, string?>
            {
                ["Redis"] = "",
                ["Tls:Password"] = "secret-words",
                ["Telemetry:Otlp"] = "http://collector:secret-words@127.0.0.1:4318",
                ["Limits:HeaderCount"] = "77",
            },
            builder =>
                builder.Services.AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<RecentLog>())
        );

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("GET", "/api/v1/server")]
    [InlineData("GET", "/api/v1/server/settings")]
    [InlineData("GET", "/api/v1/server/log")]
    [InlineData("GET", Backups)]
    [InlineData("POST", Backups)]
    [InlineData("POST", Backups + "/a.backup/check")]
    [InlineData("DELETE", Backups + "/a.backup")]
    public async Task They_are_for_administrators(string method, string path) =>
        (await SendAsync(new HttpMethod(method), path, "bob")).Status.ShouldBe(403);

    [Fact]
    public async Task The_state_tells_since_when_it_runs_and_what_room_there_is()
    {
        var (status, state) = await SendAsync(HttpMethod.Get, "/api/v1/server");

        status.ShouldBe(200);
        state.GetProperty("modules")[0].GetString().ShouldBe("playground");
        state.GetProperty("engine").GetString().ShouldBe("sqlite");
        state.GetProperty("dataBytes").GetInt64().ShouldBeGreaterThan(0);
        state.GetProperty("disk").GetProperty("totalBytes").GetInt64().ShouldBeGreaterThan(0);
        state.GetProperty("startedAt").GetDateTimeOffset().ShouldBeLessThanOrEqualTo(DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Settings_are_listed_with_their_source_and_no_secret()
    {
        var (status, list) = await SendAsync(HttpMethod.Get, "/api/v1/server/settings");

        status.ShouldBe(200);
        list.GetRawText().ShouldNotContain("secret-words");
        var settings = list.GetProperty("items").EnumerateArray().ToDictionary(s => s.GetProperty("name").GetString()!);
        var count = settings["Limits:HeaderCount"];
        count.GetProperty("value").GetString().ShouldBe("77");
        count.GetProperty("origin").GetString().ShouldNotBeNullOrEmpty();
        settings["Telemetry:Otlp"].GetProperty("value").GetString().ShouldBe("••••••");
        settings["Limits:HeaderTimeout"].TryGetProperty("value", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task The_log_has_the_newest_first_by_level_text_and_page()
    {
        var logger = _server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Sillage.Rowing");
        for (var i = 1; i <= 3; i++)
        {
#pragma warning disable CA1848, CA2254 // A test's own lines.
            logger.LogWarning(new InvalidOperationException($"oar {i}"), $"stroke {i}");
        }

        logger.LogInformation("stroke at rest");
#pragma warning restore CA1848, CA2254

        var (_, page) = await SendAsync(HttpMethod.Get, "/api/v1/server/log?level=warning&text=STROKE&limit=2");
        Messages(page).ShouldBe(["stroke 3", "stroke 2"]);
        page.GetProperty("items")[0].GetProperty("exception").GetString()!.ShouldContain("oar 3");
        var (_, rest) = await SendAsync(HttpMethod.Get, page.GetProperty("next").GetString()!);
        Messages(rest).ShouldBe(["stroke 1"]);

        (await SendAsync(HttpMethod.Get, "/api/v1/server/log?level=loud")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_backup_is_made_checked_and_deleted_and_the_trail_knows()
    {
        var (status, begun) = await SendAsync(HttpMethod.Post, Backups);
        status.ShouldBe(202);
        var name = begun.GetProperty("name").GetString()!;
        (await EndedAsync()).TryGetProperty("fault", out _).ShouldBeFalse();

        var (_, list) = await SendAsync(HttpMethod.Get, Backups);
        var made = list.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        made.GetProperty("name").GetString().ShouldBe(name);
        made.GetProperty("length").GetInt64().ShouldBeGreaterThan(0);
        made.GetProperty("modules")[0].GetString().ShouldBe("playground");

        var check = made.GetProperty("links").GetProperty("check").GetString()!;
        (await SendAsync(HttpMethod.Post, check)).Status.ShouldBe(202);
        await EndedAsync();
        (await CheckAsync()).TryGetProperty("fault", out _).ShouldBeFalse();

        // One whose middle is not what it was is found out by the check, and by nothing before.
        var file = Path.Combine(_server.DataFolder, "backups", name);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[60] ^= 0xFF;
        await File.WriteAllBytesAsync(file, bytes);
        (await SendAsync(HttpMethod.Post, check)).Status.ShouldBe(202);
        await EndedAsync();
        (await CheckAsync()).GetProperty("fault").GetString()!.ShouldContain("damaged");

        (await SendAsync(HttpMethod.Delete, $"{Backups}/{name}")).Status.ShouldBe(204);
        (await SendAsync(HttpMethod.Delete, $"{Backups}/{name}")).Status.ShouldBe(404);
        File.Exists(file).ShouldBeFalse();
        var database = _server.Services.GetServices<IDatabase>().First();
        var trail = await database.ReadAsync(
            reader => reader.ReadAuditAsync(new AuditFilter(), 10, CancellationToken.None),
            CancellationToken.None
        );
        trail.Select(row => row.Action).ShouldBe(["backup.deleted", "backup.made"]);
        trail.ShouldAllBe(row => row.Subject == name && row.Actor == PlaygroundAuthority.Alice);
    }

    [Theory]
    [InlineData("..%2Fplayground.db")]
    [InlineData("%2Fetc%2Fpasswd")]
    [InlineData("..%2F..%2Fa.backup")]
    [InlineData("none.backup")]
    public async Task A_name_leads_out_of_the_folder_nowhere(string name)
    {
        await File.WriteAllTextAsync(Path.Combine(_server.DataFolder, "a.backup"), "not in the folder of backups");
        Directory.CreateDirectory(Path.Combine(_server.DataFolder, "backups", "inner"));
        (await SendAsync(HttpMethod.Delete, $"{Backups}/{name}")).Status.ShouldBe(404);
        (await SendAsync(HttpMethod.Post, $"{Backups}/{name}/check")).Status.ShouldBe(404);
        File.Exists(Path.Combine(_server.DataFolder, "a.backup")).ShouldBeTrue();
    }

    private static IEnumerable<string?> Messages(JsonElement page) =>
        page.GetProperty("items").EnumerateArray().Select(line => line.GetProperty("message").GetString());

    private async Task<JsonElement> CheckAsync() =>
        (await SendAsync(HttpMethod.Get, Backups)).Body.GetProperty("items")[0].GetProperty("check");

    private async Task<JsonElement> EndedAsync()
    {
        JsonElement work = default;
        await Eventually.HoldsAsync(async () =>
        {
            work = (await SendAsync(HttpMethod.Get, Backups)).Body.GetProperty("work");
            return work.TryGetProperty("endedAt", out _);
        });
        return work;
    }

    private async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string token = "alice")
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var reply = await _server.Client.SendAsync(request);
        var text = await reply.Content.ReadAsStringAsync();
        return ((int)reply.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }
}
