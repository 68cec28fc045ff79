using System.Net;
using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>Copies that are found by SRV records of a real DNS server: they come, go and die, and so does it.</summary>
public sealed partial class DiscoveryTests(PostgresServer postgres) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly DnsServer _dns = new();
    private readonly List<SillageServer> _servers = [];
    private Dictionary<string, string> _settings = [];

    public async ValueTask InitializeAsync() =>
        _settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync(),
            ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            ["SILLAGE_PROXIES__TRUSTED__0"] = "127.0.0.1",
            ["SILLAGE_DISCOVERY__SERVER"] = _dns.Address,
            ["SILLAGE_DISCOVERY__EVERY"] = "00:00:00.3",
            ["SILLAGE_ACCOUNTS__REMOTE__CREDENTIAL"] = "the processes of one deployment know each other by this",
            // Whatever else the machine is doing.
            ["SILLAGE_ACCOUNTS__REMOTE__TIMEOUT"] = "00:00:30",
            ["SILLAGE_GATEWAY__PATIENCE"] = "00:00:10",
        };

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        await _dns.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Copies_come_and_go_and_die_and_nobody_notices()
    {
        var accounts = await StartAsync("accounts");
        _settings["SILLAGE_ACCOUNTS__REMOTE__DISCOVER"] = DnsServer.RecordOf("accounts");
        await _dns.TellAsync(("accounts", [accounts]));
        var first = await StartAsync("collections");
        await _dns.TellAsync(("accounts", [accounts]), ("collections", [first]));
        foreach (var service in new[] { "accounts", "collections" })
        {
            _settings[$"SILLAGE_GATEWAY__SERVICES__{service}__DISCOVER"] = DnsServer.RecordOf(service);
        }

        var gateway = await StartAsync("gateway");
        ApiClient? admin = null;
        await Eventually.HoldsAsync(async () => (admin = await TryLogInAsync(gateway)) is not null);
        using var api = admin!;
        await Eventually.HoldsAsync(async () =>
        {
            using var reply = await api.Client.GetAsync("/api/v1/collections");
            return reply.StatusCode == HttpStatusCode.OK;
        });
        await api.PostAsync("/api/v1/collections", new { template = "items", name = "boats" });
        using var stream = await api.Client.GetAsync(
            "/api/v1/collections/boats/records/live",
            HttpCompletionOption.ResponseHeadersRead
        );
        stream.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var events = new StreamReader(await stream.Content.ReadAsStreamAsync());

        // One that starts is used.
        var second = await StartAsync("collections");
        var otherAccounts = await StartAsync("accounts");
        await _dns.TellAsync(("accounts", [accounts, otherAccounts]), ("collections", [first, second]));
        await Eventually.HoldsAsync(async () => await CopiesAsync(api, "collections") == 2);
        await Eventually.HoldsAsync(async () => await CopiesAsync(api, "accounts") == 2);

        // One that is told of no more gets nothing new, and what it streams goes on.
        await _dns.TellAsync(("accounts", [accounts, otherAccounts]), ("collections", [second]));
        await Eventually.HoldsAsync(async () => await CopiesAsync(api, "collections") == 1);
        using (var direct = ApiClient.Basic(first, ApiClient.Administrator, ApiClient.Password))
        {
            await direct.PostAsync("/api/v1/collections/boats/records", new { name = "Eight", price = 8 });
        }

        await HearAsync(events, "Eight");

        // Where discovery is away the last list goes on, and one that dies of it gets nothing more.
        await _dns.TellAsync(("accounts", [accounts, otherAccounts]), ("collections", [first, second]));
        await Eventually.HoldsAsync(async () => await CopiesAsync(api, "collections") == 2);
        await _dns.StopAsync();
        await Eventually.HoldsAsync(() =>
            gateway.Errors.Contains("the copies known last go on", StringComparison.Ordinal)
        );
        await AllAnswerAsync(api);
        await second.KillAsync();
        await accounts.KillAsync();
        await AllAnswerAsync(api);
        using var again = await ApiClient.LogInAsync(gateway);
        await AllAnswerAsync(again);
        (await CopiesAsync(api, "collections")).ShouldBe(1);
        await api.PostAsync("/api/v1/collections/boats/records", new { name = "Four", price = 4 });
        await HearAsync(events, "Four");

        // It is back, and so is what died, elsewhere.
        var third = await StartAsync("collections");
        await _dns.TellAsync(("accounts", [otherAccounts]), ("collections", [first, third]));
        await Eventually.HoldsAsync(async () => await CopiesAsync(api, "collections") == 2);
        gateway.Errors.ShouldContain("DNS tells of _http._tcp.collections.test again");
    }

    private static async Task<ApiClient?> TryLogInAsync(SillageServer gateway)
    {
        using var anonymous = gateway.CreateClient();
        using var reply = await anonymous.GetAsync("/.well-known/jwks.json");
        return reply.StatusCode == HttpStatusCode.OK ? await ApiClient.LogInAsync(gateway) : null;
    }

    private static async Task AllAnswerAsync(ApiClient api)
    {
        for (var i = 0; i < 40; i++)
        {
            using var reply = await api.Client.GetAsync("/api/v1/collections/boats/records");
            reply.StatusCode.ShouldBe(HttpStatusCode.OK, await reply.Content.ReadAsStringAsync());
        }
    }

    private static async Task HearAsync(StreamReader events, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var line = (await events.ReadLineAsync(patience.Token)).ShouldNotBeNull("the stream has ended");
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }
    }

    private static async Task<int> CopiesAsync(ApiClient api, string service)
    {
        var metrics = await api.Client.GetStringAsync("/metrics");
        return Copies()
            .Matches(metrics)
            .Where(match => match.Value.Contains($"\"{service}\"", StringComparison.Ordinal))
            .Select(match => int.Parse(match.Groups["count"].Value, System.Globalization.CultureInfo.InvariantCulture))
            .SingleOrDefault();
    }

    private async Task<SillageServer> StartAsync(string module)
    {
        var folder = Directory.CreateDirectory(_folder[$"{module}-{_servers.Count}"]);
        var server = await SillageServer.StartAsync(folder.FullName, _settings, "--modules", module);
        _servers.Add(server);
        return server;
    }

    [GeneratedRegex(
        @"^sillage_gateway_copies\{.*\} (?<count>\d+)",
        RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Copies();
}
