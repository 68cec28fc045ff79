using System.Diagnostics;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.SocketIO.Clients;
using Sillage.Benchmarks.SocketIO.Servers;

namespace Sillage.Benchmarks.SocketIO.Cases;

/// <summary>Clients that come: TCP, WebSocket, Engine.IO and Socket.IO handshakes.</summary>
internal static class Connects
{
    private const int Clients = 4000;
    private const int AtOnce = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async IAsyncEnumerable<Sheet> RunAsync(SocketGround ground)
    {
        await using var contest = await Contest.StartAsync(ground);
        contest.WarmUp(Measure);
        var table = await contest.CompareAsync(
            ground,
            $"{Clients:N0} clients come, {AtOnce} at a time",
            "From the TCP connection to the answer of Socket.IO's CONNECT.",
            Measure
        );
        var ours = table.Find(SocketServer.Ours)!.Median;
        yield return new Sheet(
            table.Title,
            table.Remark,
            [
                "who",
                "rate, Sillage ÷ it",
                "CPU, it ÷ Sillage",
                "clients/s",
                "lowest to highest",
                "server CPU µs each",
                "others %",
            ],
            [
                .. table.Rows.Select(row =>
                    (string[])
                        [
                            row.Name,
                            Numbers.Ratio(ours.TracesPerSecond, row.Median.TracesPerSecond),
                            Numbers.Ratio(row.Median.ProcessorMicrosecondsPerTrace, ours.ProcessorMicrosecondsPerTrace),
                            Numbers.Number(row.Median.TracesPerSecond),
                            $"{Numbers.Number(row.Lowest)} to {Numbers.Number(row.Highest)}",
                            Numbers.Number(row.Median.ProcessorMicrosecondsPerTrace),
                            $"{100 * row.Median.Others:N0}",
                        ]
                ),
            ]
        );
    }

    private static LoadResult Measure(SocketServer server)
    {
        using var crowd = new Crowd(server.Address);
        var before = server.Processes.Usage();
        var client = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        crowd.Connect(Clients, _ => null, AtOnce, Patience);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var clientTime = Environment.CpuUsage.TotalTime - client;
        var after = server.Processes.Usage();
        return new LoadResult
        {
            Requests = Clients,
            Traces = Clients,
            Elapsed = elapsed,
            ServerProcessor = after.Processor - before.Processor,
            ClientProcessor = clientTime,
            Memory = after.Memory,
        };
    }
}
