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
                    Configuration = $"127.0.0.1:{Port},allowAdmin=false";
                    return;
                }
            }
        }

        throw new InvalidOperationException("redis-server did not start; ./test installs it.");
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
