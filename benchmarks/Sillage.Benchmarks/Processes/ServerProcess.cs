using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Sillage.Benchmarks.Processes;

/// <summary>A server that the benchmarks started, on a private port of the loopback, with its output in a file.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(20);

    // Those that still run, for when the benchmarks themselves are told to end.
    private static readonly ConcurrentDictionary<int, ServerProcess> Running = new();

    private readonly Process _process;
    private readonly string _log;

    private ServerProcess(Process process, string log)
    {
        _process = process;
        Id = process.Id;
        Running[Id] = this;
        _log = log;
    }

    public int Id { get; }

    /// <summary>From the call of the program until its first good reply.</summary>
    public TimeSpan ToFirstReply { get; private set; }

    /// <summary>A port of the loopback that nobody uses.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Asks all servers that still run to end.</summary>
    public static void EndAll()
    {
        foreach (var process in Running.Keys)
        {
            Native.AskToEnd(process);
        }
    }

    /// <summary>Starts the command and returns when a GET of <paramref name="ready"/> is answered, whatever the status below 500.</summary>
    public static async Task<ServerProcess> StartAsync(
        string[] command,
        IReadOnlyDictionary<string, string> environment,
        string folder,
        string log,
        Uri ready
    )
    {
        // The shell becomes the program: one process, its output in the file.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = folder, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(log);
        foreach (var part in command)
        {
            start.ArgumentList.Add(part);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        // Settings of this client's own runtime are not the server's.
        start.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS");
        start.Environment.Remove("DOTNET_TieredPGO");

        var started = Stopwatch.GetTimestamp();
        var server = new ServerProcess(Process.Start(start)!, log);
        try
        {
            await server.WaitAsync(ready, started);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        server.ToFirstReply = Stopwatch.GetElapsedTime(started);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Running.TryRemove(Id, out _))
        {
            return;
        }

        if (!_process.HasExited)
        {
            Native.AskToEnd(_process.Id);
            using var patience = new CancellationTokenSource(LongestStop);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
    }

    private async Task WaitAsync(Uri ready, long started)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        while (Stopwatch.GetElapsedTime(started) < LongestStart)
        {
            if (_process.HasExited)
            {
                break;
            }

            try
            {
                using var reply = await client.GetAsync(ready);
                if ((int)reply.StatusCode < 500)
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                await Task.Delay(5);
                continue;
            }

            await Task.Delay(5);
        }

        throw new InvalidOperationException(
            $"{ready} was not answered. {string.Join('\n', File.ReadLines(_log).TakeLast(20))}"
        );
    }
}
