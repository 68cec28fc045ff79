using System.Diagnostics;
using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.SocketIO.Clients;
using Sillage.Benchmarks.SocketIO.Servers;

namespace Sillage.Benchmarks.SocketIO.Cases;

/// <summary>Ten thousand clients in one room, one broadcast a second for ten minutes: memory stays, nobody is lost.</summary>
internal static class Soak
{
    private const int Interval = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Audience Audience = new(10_000, 1, 1);

    public static async IAsyncEnumerable<Sheet> RunAsync(SocketGround ground)
    {
        await using var server = await SocketServer.StartOursAsync(ground);
        var rows = new List<string[]>();
        await Task.Run(() => RunAsync(ground, server, rows));
        yield return new Sheet(
            $"{Audience.Connections:N0} clients, a broadcast a second, {ground.Soak.TotalMinutes:N0} minutes",
            "Latency counts from when the broadcast was meant to leave. A client that misses a heartbeat is lost.",
            [
                "after s",
                "deliveries",
                "missing",
                "p50 ms",
                "p99 ms",
                "max ms",
                "heartbeats",
                "lost",
                "MB",
                "heap MB",
                "CPU µs a delivery",
            ],
            rows
        );
    }

    private static async Task RunAsync(SocketGround ground, SocketServer server, List<string[]> rows)
    {
        using var crowd = new Crowd(server.Address);
        Audience.Enter(crowd);
        var broadcasts = Audience.Broadcasts(crowd);
        var started = Stopwatch.GetTimestamp();
        var before = server.Processes.Usage();
        broadcasts.Reset();
        for (var second = 1; second <= ground.Soak.TotalSeconds; second++)
        {
            var due = started + second * Stopwatch.Frequency;
            broadcasts.PollUntil(due);
            broadcasts.Send(0, due);
            if (second % Interval == 0)
            {
                broadcasts.Drain(Patience);
                var after = server.Processes.Usage();
                var processor = (after.Processor - before.Processor).TotalMicroseconds / broadcasts.Deliveries;
                rows.Add([
                    $"{second}",
                    $"{broadcasts.Deliveries:N0}",
                    $"{broadcasts.Outstanding}",
                    .. new[] { 0.5, 0.99, 1 }.Select(share =>
                        Numbers.Number(broadcasts.Latency.Percentile(share) / 1000)
                    ),
                    $"{crowd.Pongs:N0}",
                    $"{crowd.Lost}",
                    Numbers.Number(after.Memory / 1e6),
                    Numbers.Number(await server.HeapAsync(collect: false) / 1e6),
                    Numbers.Number(processor),
                ]);
                Console.Error.WriteLine($"  {string.Join("  ", rows[^1])}");
                before = server.Processes.Usage();
                broadcasts.Reset();
            }
        }
    }
}
