using System.Diagnostics;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.SocketIO.Clients;
using Sillage.Benchmarks.SocketIO.Servers;

namespace Sillage.Benchmarks.SocketIO.Cases;

/// <summary>One measured stretch of broadcasts.</summary>
internal static class Stretch
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Each broadcast that has reached all is followed by the next: what the server can do.</summary>
    public static LoadResult Closed(SocketServer server, Audience audience, TimeSpan warmUp, TimeSpan measured)
    {
        using var crowd = new Crowd(server.Address);
        audience.Enter(crowd);
        var broadcasts = audience.Broadcasts(crowd);
        broadcasts.IsClosedLoop = true;
        broadcasts.Start();
        broadcasts.PollUntil(After(warmUp));
        return Measure(server, broadcasts, () => broadcasts.PollUntil(After(measured)));
    }

    /// <summary>Broadcasts leave at a fixed rate: what a delivery takes while the server is not pressed.</summary>
    public static LoadResult Open(
        SocketServer server,
        Audience audience,
        double deliveriesPerSecond,
        TimeSpan warmUp,
        TimeSpan measured
    )
    {
        using var crowd = new Crowd(server.Address);
        audience.Enter(crowd);
        var broadcasts = audience.Broadcasts(crowd);
        var every = Stopwatch.Frequency * (audience.Connections / audience.Rooms) / deliveriesPerSecond;
        Send(warmUp);
        return Measure(server, broadcasts, () => Send(measured));

        void Send(TimeSpan time)
        {
            var started = Stopwatch.GetTimestamp();
            var count = (long)(time.TotalSeconds * Stopwatch.Frequency / every);
            for (long i = 0; i < count; i++)
            {
                var due = started + (long)(i * every);
                broadcasts.PollUntil(due);
                broadcasts.Send((int)(i % audience.Outstanding), due);
            }

            // What is on its way counts as well.
            broadcasts.Drain(Patience);
        }
    }

    public static long After(TimeSpan time) =>
        Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);

    private static LoadResult Measure(SocketServer server, Broadcasts broadcasts, Action load)
    {
        var before = server.Processes.Usage();
        var client = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        broadcasts.Reset();
        load();
        broadcasts.IsCounting = false;
        var elapsed = Stopwatch.GetElapsedTime(started);
        var clientTime = Environment.CpuUsage.TotalTime - client;
        var after = server.Processes.Usage();
        broadcasts.Drain(Patience);
        return new LoadResult
        {
            Requests = broadcasts.Completed,
            Traces = broadcasts.Deliveries,
            Elapsed = elapsed,
            ServerProcessor = after.Processor - before.Processor,
            ClientProcessor = clientTime,
            Memory = after.Memory,
            Latency = broadcasts.Latency,
        };
    }
}
