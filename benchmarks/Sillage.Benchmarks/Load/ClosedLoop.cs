using System.Diagnostics;
using System.Net;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Load;

/// <summary>
/// A number of connections, each of which sends its next request when the last one is answered: what the server can do. All of
/// them on one thread and the system's own sockets, because client and server share the processors: with the framework's
/// sockets the client took a third of the machine, and the fastest server was measured by it.
/// </summary>
internal static class ClosedLoop
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs the load and returns what was answered in its measured part.</summary>
    /// <param name="address">Where the server listens.</param>
    /// <param name="request">Makes the requests of a connection, which it sends in turn.</param>
    /// <param name="load">Connections and times.</param>
    /// <param name="server">The processes whose time and memory count.</param>
    public static async Task<LoadResult> RunAsync(
        IPEndPoint address,
        Func<int, IRequests> request,
        LoadShape load,
        ProcessTree server
    )
    {
        var window = new Window();
        using var epoll = new Epoll();
        var senders = Enumerable
            .Range(0, load.Connections)
            .Select(i => new Sender(address, request(i), epoll, i, window))
            .ToList();
        var running = Task.Factory.StartNew(
            () => Run(senders, epoll, window),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

        await Task.WhenAny(running, Task.Delay(load.WarmUp));
        var before = server.Usage();
        var client = Environment.CpuUsage.TotalTime;
        window.Open();
        await Task.WhenAny(running, Task.Delay(load.Measured));
        window.Close();
        var after = server.Usage();
        var clientTime = Environment.CpuUsage.TotalTime - client;
        await running;

        var latency = new Histogram();
        senders.ForEach(sender => latency.Add(sender.Latency));
        return new LoadResult
        {
            Requests = senders.Sum(sender => sender.Requests),
            Traces = senders.Sum(sender => sender.Traces),
            Acknowledged = senders.Sum(sender => sender.Acknowledged),
            Errors = senders.Sum(sender => sender.Errors),
            FirstError = senders.Select(sender => sender.FirstError).FirstOrDefault(error => error is not null),
            Elapsed = window.Elapsed,
            ServerProcessor = after.Processor - before.Processor,
            ClientProcessor = clientTime,
            Memory = after.Memory,
            Latency = latency,
        };
    }

    // Until all that was sent is answered: what is acknowledged is compared with what is stored.
    private static void Run(List<Sender> senders, Epoll epoll, Window window)
    {
        var buffer = new byte[256 * 1024];
        senders.ForEach(sender => sender.Send());
        var over = 0L;
        while (!window.IsOver || senders.Exists(sender => sender.IsWaiting))
        {
            if (
                window.IsOver
                && Stopwatch.GetElapsedTime(over = over == 0 ? Stopwatch.GetTimestamp() : over) > Patience
            )
            {
                throw new InvalidOperationException("The server does not answer any more.");
            }

            var count = epoll.Wait(Glance);
            for (var i = 0; i < count; i++)
            {
                senders[epoll.Key(i)].GoOn(buffer);
            }
        }

        senders.ForEach(sender => sender.Close());
    }
}
