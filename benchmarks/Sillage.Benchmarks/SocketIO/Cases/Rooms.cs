using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.SocketIO.Servers;

namespace Sillage.Benchmarks.SocketIO.Cases;

/// <summary>As many broadcasts of 200 bytes as the server can do.</summary>
internal static class Rooms
{
    private static readonly Audience[] Audiences =
    [
        new(500, 1, 1),
        new(500, 1, 4),
        new(2000, 1, 1),
        new(2000, 1, 4),
        new(2000, 200, 200),
    ];

    private static readonly TimeSpan Compiling = TimeSpan.FromSeconds(4);

    public static async IAsyncEnumerable<Sheet> RunAsync(SocketGround ground)
    {
        await using var contest = await Contest.StartAsync(ground);
        contest.WarmUp(server => Stretch.Closed(server, Audiences[1], TimeSpan.Zero, Compiling));
        foreach (var audience in Audiences)
        {
            var table = await contest.CompareAsync(
                ground,
                audience.Described,
                "Closed loop: a broadcast that has reached all is followed by the next one of its sender.",
                server => Stretch.Closed(server, audience, ground.WarmUp, ground.Measured)
            );
            yield return DeliverySheet.Of(table);
        }
    }
}
