using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>Services of some copies each and a gateway before them: real processes with one set of settings.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private const string Credential = "the processes of one deployment know each other by this";

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _settings;
    private readonly List<(string Service, List<SillageServer> Copies)> _services = [];
    private int _folders;
    private string _program = Repository.Executable;

    private Deployment(IEnumerable<KeyValuePair<string, string>>? settings) =>
        _settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_ACCOUNTS__REMOTE__CREDENTIAL"] = Credential,
            // Whatever else the machine is doing.
            ["SILLAGE_ACCOUNTS__REMOTE__TIMEOUT"] = "00:00:30",
            ["SILLAGE_GATEWAY__PATIENCE"] = "00:00:10",
            ["SILLAGE_PROXIES__TRUSTED__0"] = "127.0.0.1",
        }
            .Concat(settings ?? [])
            .ToDictionary();

    public SillageServer Gateway { get; private set; } = null!;

    /// <summary>The copies of a service.</summary>
    public List<SillageServer> this[string service] => _services.Find(s => s.Service == service).Copies;

    /// <summary>Starts the services, accounts first, and the gateway last. Several copies need a PostgreSQL among the settings.</summary>
    public static Task<Deployment> StartAsync(
        IReadOnlyDictionary<string, string>? settings,
        params (string Service, int Copies)[] services
    ) => StartProgramAsync(Repository.Executable, settings, services);

    /// <summary>The same with a program that was built elsewhere; copies that are started again are of the one that is tested.</summary>
    public static async Task<Deployment> StartProgramAsync(
        string program,
        IReadOnlyDictionary<string, string>? settings,
        params (string Service, int Copies)[] services
    )
    {
        // What is said of services counts once it is known where they are.
        var ofServices = settings?.Where(IsOfServices).ToList() ?? [];
        var deployment = new Deployment(settings?.Where(setting => !IsOfServices(setting))) { _program = program };
        foreach (var (service, count) in services)
        {
            var copies = new List<SillageServer>();
            deployment._services.Add((service, copies));
            for (var i = 0; i < count; i++)
            {
                copies.Add(await deployment.StartAsync(service, "http://127.0.0.1:0"));
            }
        }

        foreach (var (name, value) in ofServices)
        {
            deployment._settings[name] = value;
        }

        foreach (var (service, copies) in deployment._services)
        {
            for (var i = 0; i < copies.Count; i++)
            {
                deployment._settings[$"SILLAGE_GATEWAY__SERVICES__{service}__ADDRESSES__{i}"] = copies[i]
                    .Address.ToString();
            }
        }

        deployment.Gateway = await deployment.StartAsync("gateway", "http://127.0.0.1:0");
        deployment._program = Repository.Executable;
        return deployment;
    }

    /// <summary>Starts a copy again where it was.</summary>
    public async Task RestartAsync(string service, int copy)
    {
        var was = this[service][copy];
        this[service][copy] = await StartAsync(service, was.Address.ToString());
        await was.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _services.SelectMany(service => service.Copies).Append(Gateway))
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }

        _folder.Dispose();
    }

    private static bool IsOfServices(KeyValuePair<string, string> setting) =>
        setting.Key.StartsWith("SILLAGE_GATEWAY__SERVICES__", StringComparison.Ordinal);

    private async Task<SillageServer> StartAsync(string module, string address)
    {
        // A service that keeps its data in a folder finds it again; copies share a PostgreSQL.
        var shared = _settings.ContainsKey("SILLAGE_POSTGRES");
        var name = shared ? $"{module}-{_folders++}" : module;
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name));
        var server = await SillageServer.StartProgramAsync(
            _program,
            folder.FullName,
            _settings,
            "--modules",
            module,
            "--urls",
            address
        );
        if (module == "accounts")
        {
            _settings["SILLAGE_ACCOUNTS__REMOTE__ADDRESS"] = server.Address.ToString();
        }

        return server;
    }
}
