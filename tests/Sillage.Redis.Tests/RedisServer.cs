using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Sillage.Redis.Tests;

/// <summary>A Redis of these tests' own: private port, loopback only, nothing on disk.</summary>
public sealed class RedisServer : Xunit.IAsyncLifetime
{
    private Process? _process;

    public string Configuration { get; private set; } = "";

    public int Port { get; private set; }

    public async ValueTask InitializeAsync()
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Port = ((IPEndPoint)probe.LocalEndpoint).Port;
            }

            if (await TryStartAsync())
            {
                Configuration = $"127.0.0.1:{Port},allowAdmin=false";
                return;
            }
        }

        throw new InvalidOperationException("redis-server did not start; ./test installs it.");
    }

    /// <summary>Starts it again where it was, with nothing of what it had.</summary>
    public async Task StartAgainAsync()
    {
        if (!await TryStartAsync())
        {
            throw new InvalidOperationException("redis-server did not start again.");
        }
    }

    /// <summary>Kills it.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    private async Task<bool> TryStartAsync()
    {
        _process = Process.Start(
            new ProcessStartInfo(
                "redis-server",
                ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                WorkingDirectory = Path.GetTempPath(),
            }
        )!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return true;
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }
}
