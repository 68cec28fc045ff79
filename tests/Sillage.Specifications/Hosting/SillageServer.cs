using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sillage.Hosting;
using Sillage.Hosting.Modules;
using Sillage.Storage;

namespace Sillage.Specifications.Hosting;

/// <summary>
/// A server with the modules given, as the executable builds it: real Kestrel on a port of its own, its data in a folder
/// of its own (or in PostgreSQL), both gone at the end. Rate limits are off unless a setting turns them on.
/// </summary>
public sealed class SillageServer : IAsyncDisposable
{
    // Whoever asks for the fewest rounds that the product allows does not test them: with fewer still people are made in no time.
    private const string LeastIterations = "100000";
    private const int QuickIterations = 5_000;

    private readonly IReadOnlyList<IModule> _modules;
    private readonly Dictionary<string, string?> _settings;
    private readonly Action<WebApplicationBuilder>? _configure;
    private readonly List<HttpClient> _clients = [];
    private WebApplication? _app;

    private SillageServer(
        IReadOnlyList<IModule> modules,
        IReadOnlyDictionary<string, string?>? settings,
        Action<WebApplicationBuilder>? configure
    )
    {
        _modules = modules;
        _configure = configure;
        DataFolder = Directory.CreateTempSubdirectory("sillage-test-").FullName;
        _settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Data"] = DataFolder,
            ["Limits:RateLimits:Enabled"] = "false",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
        {
            _settings[name] = value;
        }
    }

    /// <summary>Where it listens, with a slash at the end. Another one after a restart.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>A client of it, without cookies and redirects.</summary>
    public HttpClient Client { get; private set; } = new();

    /// <summary>The data folder.</summary>
    public string DataFolder { get; }

    /// <summary>The server's services.</summary>
    public IServiceProvider Services => _app?.Services ?? throw new InvalidOperationException("Not running.");

    /// <summary>Everything logged, at every level, with scopes and exceptions.</summary>
    public LogCapture Log { get; } = new();

    /// <summary>Starts a server.</summary>
    /// <param name="modules">What it runs.</param>
    /// <param name="settings">Settings by name (<c>Limits:Body</c>), over the defaults. <c>Postgres</c> puts the data there.</param>
    /// <param name="configure">Changes the builder once all is registered: another clock, say.</param>
    public static async Task<SillageServer> StartAsync(
        IReadOnlyList<IModule> modules,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<WebApplicationBuilder>? configure = null
    )
    {
        var server = new SillageServer(modules, settings, configure);
        try
        {
            if (server._settings["Data"] == server.DataFolder && server._settings.GetValueOrDefault("Postgres") is null)
            {
                await Golden.CopyToAsync(server.DataFolder, modules);
            }

            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the modules' tables where the settings have the data, and starts nothing.</summary>
    internal static async Task MigrateAsync(
        IReadOnlyList<IModule> modules,
        IReadOnlyDictionary<string, string?> settings
    )
    {
        await using var server = new SillageServer(modules, settings, null);
        await using var app = server.Build();
        await app.Services.GetRequiredService<StorageStartup>().OpenAsync(CancellationToken.None);
    }

    /// <summary>Stops and starts again on the same data, with settings changed if any are given.</summary>
    public async Task RestartAsync(IReadOnlyDictionary<string, string?>? settings = null)
    {
        await StopAsync();
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
        {
            _settings[name] = value;
        }

        await StartAsync();
    }

    /// <summary>Another client.</summary>
    public HttpClient CreateClient()
    {
        var client = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
            }
        )
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromSeconds(60),
        };
        _clients.Add(client);
        return client;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Log.Dispose();
        Directory.Delete(DataFolder, recursive: true);
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "sillage", EnvironmentName = Environments.Production }
        );
        builder.Configuration.AddInMemoryCollection(_settings);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddSillage(_modules);
        if (_settings.GetValueOrDefault("Accounts:PasswordIterations") == LeastIterations)
        {
            builder.Services.PostConfigure<PasswordHasherOptions>(hasher => hasher.IterationCount = QuickIterations);
        }

        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(Log);
        _configure?.Invoke(builder);
        return builder.Build().UseSillage();
    }

    private async Task StartAsync()
    {
        _app = Build();
        await _app.StartAsync();
        var address = _app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"{address.TrimEnd('/')}/"));
        Client = CreateClient();
    }

    private async Task StopAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        _clients.Clear();
        if (_app is { } app)
        {
            _app = null;
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
