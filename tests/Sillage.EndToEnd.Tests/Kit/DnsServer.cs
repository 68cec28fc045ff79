using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>A dnsmasq on a port of its own that knows the services of a test, and no others.</summary>
internal sealed class DnsServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/dnsmasq";

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort();
    private Process? _process;

    /// <summary>What the setting <c>Discovery:Server</c> is to be.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>The record of a service.</summary>
    public static string RecordOf(string service) => $"_http._tcp.{service}.test";

    /// <summary>Has it know so many copies of each service and no more; it is away for a moment in between.</summary>
    public async Task TellAsync(params (string Service, SillageServer[] Copies)[] services)
    {
        var settings = new StringBuilder("host-record=copies.test,127.0.0.1\n");
        foreach (var (service, copies) in services)
        {
            foreach (var copy in copies)
            {
                settings.Append(
                    CultureInfo.InvariantCulture,
                    $"srv-host={RecordOf(service)},copies.test,{copy.Address.Port},0,10\n"
                );
            }
        }

        await StopAsync();
        await File.WriteAllTextAsync(_folder["dns.conf"], settings.ToString());
        _process = CommandRun.Start(
            Program,
            _folder,
            [
                "--keep-in-foreground",
                string.Create(CultureInfo.InvariantCulture, $"--port={_port}"),
                "--listen-address=127.0.0.1",
                "--bind-interfaces",
                "--no-resolv",
                "--no-hosts",
                "--user=",
                "--pid-file=",
                $"--conf-file={_folder["dns.conf"]}",
            ],
            null
        );
    }

    /// <summary>Stops it: nobody answers there any more.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }
}
