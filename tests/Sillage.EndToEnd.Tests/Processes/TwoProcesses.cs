using System.Net;
using System.Text.Json;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>Accounts in one process and traces in another, with one file of settings for both.</summary>
internal sealed class TwoProcesses : IAsyncDisposable
{
    private const string Credential = "the processes of one deployment know each other by this";

    private readonly TemporaryFolder _folder = new();
    private readonly string? _postgres;

    private TwoProcesses(string? postgres) => _postgres = postgres;

    public SillageServer Accounts { get; private set; } = null!;

    public SillageServer Traces { get; private set; } = null!;

    /// <summary>Both, on one PostgreSQL or each on a data folder of its own.</summary>
    public static async Task<TwoProcesses> StartAsync(string? postgres = null)
    {
        var both = new TwoProcesses(postgres);
        await both.StartAccountsAsync("http://127.0.0.1:0");
        await both.StartTracesAsync();
        return both;
    }

    /// <summary>Starts the accounts again where they were.</summary>
    public Task RestartAccountsAsync() => StartAccountsAsync(Accounts.Address.ToString());

    public async Task StartTracesAsync() => Traces = await StartAsync("traces", "http://127.0.0.1:0");

    public async ValueTask DisposeAsync()
    {
        await Traces.DisposeAsync();
        await Accounts.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>What a server says of itself.</summary>
    public static async Task<string> HealthAsync(SillageServer server)
    {
        using var client = server.CreateClient();
        using var reply = await client.GetAsync("/health");
        var health = JsonSerializer.Deserialize<JsonElement>(await reply.Content.ReadAsStringAsync());
        return health.GetProperty("status").GetString()!;
    }

    /// <summary>What a request with these credentials gets from the traces.</summary>
    public static async Task<HttpStatusCode> AskAsync(ApiClient api)
    {
        using var reply = await api.Client.GetAsync("/api/v1/studies");
        return reply.StatusCode;
    }

    private async Task StartAccountsAsync(string address) => Accounts = await StartAsync("accounts", address);

    private Task<SillageServer> StartAsync(string module, string address)
    {
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_ACCOUNTS__REMOTE__CREDENTIAL"] = Credential,
            // Whatever else the machine is doing.
            ["SILLAGE_ACCOUNTS__REMOTE__TIMEOUT"] = "00:00:30",
            // The traces' own settings are there for the accounts, which do not read them, and the other way round.
            ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
        };
        if (_postgres is not null)
        {
            settings["SILLAGE_POSTGRES"] = _postgres;
        }

        if (module != "accounts")
        {
            settings["SILLAGE_ACCOUNTS__REMOTE__ADDRESS"] = Accounts.Address.ToString();
        }

        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, module));
        return SillageServer.StartAsync(folder.FullName, settings, "--modules", module, "--urls", address);
    }
}
