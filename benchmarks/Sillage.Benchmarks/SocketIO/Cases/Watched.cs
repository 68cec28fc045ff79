using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.SocketIO.Servers;

namespace Sillage.Benchmarks.SocketIO.Cases;

/// <summary>This library's server alone under each load for a while, for a profiler to look at.</summary>
internal static class Watched
{
    private static readonly Audience[] Audiences = [new(500, 1, 1), new(500, 1, 4), new(2000, 200, 200)];
    private static readonly TimeSpan Compiling = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(20);

    public static async IAsyncEnumerable<Sheet> RunAsync(SocketGround ground)
    {
        await using var server = await SocketServer.StartOursAsync(ground);
        foreach (var audience in Audiences)
        {
            Console.Error.WriteLine($"— {audience.Described}: process {server.Id}");
            var result = await Task.Run(() => Stretch.Closed(server, audience, Compiling, Time));
            Console.Error.WriteLine(
                $"  {result.TracesPerSecond:N0} deliveries/s, {result.ProcessorMicrosecondsPerTrace:N2} µs each, "
                    + $"client {result.ClientProcessor.TotalMicroseconds / result.Traces:N2} µs"
            );
        }

        yield break;
    }
}
