using System.Net;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>
/// Each module starts alone and in pairs (<c>--long</c>: in every pair), answers /health, and knows nobody where nobody tells it of accounts. The
/// modules are those that the program itself lists. It needs the executable: what is missing shows when it starts.
/// </summary>
public abstract class EveryModuleAloneTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Every_module_starts_alone_and_in_pairs()
    {
        var modules = await SillageServer.ModulesAsync(_folder);
        modules.Length.ShouldBeGreaterThan(1);
        foreach (var module in modules)
        {
            await StartAsync(module, module, await SettingsAsync());
        }

        // Where the tables of others are already: pairs come and go over one state.
        var pairs = await SettingsAsync();
        foreach (var (i, one) in modules.Index())
        {
            // Usually each with the one that follows it in the list, so that all are in pairs; in a long run in every one.
            var others = LongRuns.Scale([modules[(i + 1) % modules.Length]], modules[(i + 1)..]);
            foreach (var other in others)
            {
                await StartAsync($"{one},{other}", "pairs", pairs);
            }
        }
    }

    protected abstract Task<Dictionary<string, string>> SettingsAsync();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task StartAsync(string modules, string folder, Dictionary<string, string> settings)
    {
        var hasAccounts = modules.Split(',').Contains("accounts");
        await using var server = await SillageServer.StartAsync(_folder[folder], settings, "--modules", modules);
        using var client = server.CreateClient();

        var health = JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync("/health"));
        health.GetProperty("status").GetString().ShouldBe(hasAccounts ? "healthy" : "degraded", modules);
        using var ready = await client.GetAsync("/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK, modules);
        using var document = await client.GetAsync("/openapi.json");
        document.StatusCode.ShouldBe(HttpStatusCode.OK, modules);

        using var stranger = ApiClient.Basic(server, "somebody", "a wake that stays");
        using var refused = await stranger.Client.GetAsync("/api/v1");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, modules);
        if (!hasAccounts)
        {
            (await refused.Content.ReadAsStringAsync()).ShouldContain("Accounts:Remote:Address");
        }

        (await server.StopAsync()).ShouldBe(0, $"{modules}: {server.Errors}");
    }
}

public sealed class EveryModuleAloneOnSqlite : EveryModuleAloneTests
{
    protected override Task<Dictionary<string, string>> SettingsAsync() =>
        Task.FromResult(new Dictionary<string, string>());
}

public sealed class EveryModuleAloneOnPostgres(PostgresServer postgres) : EveryModuleAloneTests
{
    protected override async Task<Dictionary<string, string>> SettingsAsync() =>
        new() { ["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync() };
}
