using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Sillage.RabbitMq.Tests;

/// <summary>A RabbitMQ of these tests' own: private ports, loopback only, its files in a temporary folder.</summary>
public sealed class RabbitMqServer : IAsyncLifetime
{
    private readonly Specifications.TemporaryFolder _folder = new();
    private readonly int _epmdPort = FreePort();
    private readonly int _distributionPort = FreePort();
    private Process? _epmd;
    private Process? _node;

    public int Port { get; } = FreePort();

    /// <summary>What the setting <c>Bus:RabbitMq</c> is to be.</summary>
    public string Uri => $"amqp://guest:guest@127.0.0.1:{Port}/";

    public async ValueTask InitializeAsync()
    {
        // Of its own too, so that the node does not leave one behind.
        _epmd = Process.Start(
            new ProcessStartInfo("epmd", ["-port", $"{_epmdPort}", "-address", "127.0.0.1"]) { UseShellExecute = false }
        );
        await File.WriteAllTextAsync(Path("plugins"), "[].");
        await File.WriteAllTextAsync(
            Path("rabbitmq.conf"),
            """
            loopback_users.guest = true
            log.file.level = warning
            disk_free_limit.absolute = 50MB
            """
        );
        await StartAsync();
    }

    /// <summary>Starts the node, on what it left.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(Program()) { UseShellExecute = false, WorkingDirectory = _folder.Path };
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (
            var (name, value) in new (string, string)[]
            {
                ("HOME", _folder.Path),
                ("RABBITMQ_NODENAME", $"sillage{Port}@localhost"),
                ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
                ("RABBITMQ_NODE_PORT", $"{Port}"),
                ("RABBITMQ_DIST_PORT", $"{_distributionPort}"),
                ("ERL_EPMD_PORT", $"{_epmdPort}"),
                ("ERL_EPMD_ADDRESS", "127.0.0.1"),
                ("RABBITMQ_MNESIA_BASE", Path("mnesia")),
                ("RABBITMQ_LOG_BASE", Path("log")),
                ("RABBITMQ_ENABLED_PLUGINS_FILE", Path("plugins")),
                ("RABBITMQ_CONFIG_FILE", Path("rabbitmq.conf")),
                ("RABBITMQ_CONF_ENV_FILE", Path("none")),
                ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none"),
                // The node is then this very process, and can be ended by its id.
                ("RUNNING_UNDER_SYSTEMD", "1"),
            }
        )
        {
            start.Environment[name] = value;
        }

        _node = Process.Start(start)!;
        _ = _node.StandardOutput.ReadToEndAsync();
        _ = _node.StandardError.ReadToEndAsync();
        // A machine with much to do takes its time.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await AnswersAsync())
        {
            if (_node.HasExited)
            {
                throw new InvalidOperationException("rabbitmq-server did not start; ./test installs it.");
            }

            await Task.Delay(100, limit.Token);
        }
    }

    /// <summary>Stops the node in order.</summary>
    public Task StopAsync() => EndAsync("-TERM");

    /// <summary>Kills it.</summary>
    public Task KillAsync() => EndAsync("-KILL");

    /// <summary>Has it do nothing any more, its connections open, until <see cref="ThawAsync"/>.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    public Task ThawAsync() => SignalAsync("-CONT");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_epmd is not null)
        {
            _epmd.Kill();
            await _epmd.WaitForExitAsync();
            _epmd.Dispose();
        }

        _folder.Dispose();
    }

    private async Task EndAsync(string signal)
    {
        if (_node is null)
        {
            return;
        }

        await SignalAsync(signal);
        await _node.WaitForExitAsync();
        _node.Dispose();
        _node = null;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_node!.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Whether it speaks AMQP: it listens before it does.</summary>
    private async Task<bool> AnswersAsync()
    {
        try
        {
            var factory = new ConnectionFactory { Uri = new Uri(Uri) };
            await using var connection = await factory.CreateConnectionAsync();
            return true;
        }
        catch (BrokerUnreachableException)
        {
            return false;
        }
    }

    // Debian's wrapper on the path would change to the user rabbitmq.
    private static string Program() =>
        Directory.Exists("/usr/lib/rabbitmq/lib")
            ? Directory
                .GetFiles("/usr/lib/rabbitmq/lib", "rabbitmq-server", SearchOption.AllDirectories)
                .First(file => file.Contains("/sbin/", StringComparison.Ordinal))
            : "rabbitmq-server";

    private string Path(string name) => System.IO.Path.Combine(_folder.Path, name);

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
