using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.SocketIO.Servers;

namespace Sillage.Benchmarks.SocketIO.Cases;

/// <summary>Ten thousand deliveries a second, which each server can do with ease: how long does one take?</summary>
internal static class OpenRooms
{
    private const double PerSecond = 10_000;
    private static readonly Audience[] Audiences = [new(500, 1, 4), new(2000, 1, 4), new(2000, 200, 200)];
    private static readonly TimeSpan Compiling = TimeSpan.FromSeconds(4);

    public static async IAsyncEnumerable<Sheet> RunAsync(SocketGround ground)
    {
        await using var contest = await Contest.StartAsync(ground);
        contest.WarmUp(server => Stretch.Closed(server, Audiences[0], TimeSpan.Zero, Compiling));
        foreach (var audience in Audiences)
        {
            var table = await contest.CompareAsync(
                ground,
                $"{PerSecond:N0} deliveries a second: {audience.Connections:N0} clients, {audience.Rooms} room(s)",
                "Open loop: broadcasts leave at a fixed rate; latency counts from when each was meant to leave.",
                server => Stretch.Open(server, audience, PerSecond, ground.WarmUp, ground.Measured)
            );
            yield return DeliverySheet.Of(table);
        }
    }
}
