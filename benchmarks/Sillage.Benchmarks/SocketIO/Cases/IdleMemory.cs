using Sillage.Benchmarks.Report;
using Sillage.Benchmarks.SocketIO.Clients;
using Sillage.Benchmarks.SocketIO.Servers;

namespace Sillage.Benchmarks.SocketIO.Cases;

/// <summary>What an idle connection holds: the slope of memory between two thousand and eight thousand.</summary>
internal static class IdleMemory
{
    private const int Few = 2000;
    private const int Many = 8000;
    private const int AtOnce = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    public static async IAsyncEnumerable<Sheet> RunAsync(SocketGround ground)
    {
        var rows = new List<string[]>();
        foreach (
            var start in (Func<SocketGround, Task<SocketServer>>[])[SocketServer.StartProductAsync, .. Contest.Starts]
        )
        {
            await using var server = await start(ground);
            rows.Add(await MeasureAsync(server));
        }

        yield return new Sheet(
            $"Idle connections, the slope from {Few:N0} to {Many:N0}",
            "Each has joined the main namespace and no room; in the product it did so by an access token, through the whole pipeline. Memory is PSS, as it stands and after a full collection; "
                + "the heap is what is in use on it after that collection.",
            [
                "who",
                "KB a connection as it stands",
                "KB a connection after a collection",
                "heap: KB a connection",
                $"MB with {Few:N0}",
                $"MB with {Many:N0}",
            ],
            rows
        );
    }

    private static async Task<string[]> MeasureAsync(SocketServer server)
    {
        // One crowd that grows: the slope is that of the server, whatever it took to start.
        using var crowd = new Crowd(
            server.Address,
            server.Token is { } token ? _ => $"40{{\"token\":\"{token}\"}}" : null
        );
        var few = await GrowAsync(server, crowd, Few);
        var many = await GrowAsync(server, crowd, Many - Few);
        return
        [
            server.Name,
            Slope(few.Standing, many.Standing),
            Slope(few.Collected, many.Collected),
            Slope(few.Heap, many.Heap),
            Numbers.Number(few.Standing / 1e6),
            Numbers.Number(many.Standing / 1e6),
        ];
    }

    private static async Task<(long Standing, long Collected, long Heap)> GrowAsync(
        SocketServer server,
        Crowd crowd,
        int count
    )
    {
        await Task.Run(() =>
        {
            crowd.Connect(count, _ => null, AtOnce, Patience);
            for (var until = Stretch.After(Settling); TimeProvider.System.GetTimestamp() < until; )
            {
                crowd.Poll(Glance, null);
            }
        });
        var standing = server.Processes.Usage().Memory;
        await server.HeapAsync(collect: true);
        var heap = await server.HeapAsync(collect: true);
        return (standing, server.Processes.Usage().Memory, heap);
    }

    private static string Slope(long few, long many) => Numbers.Number((many - few) / 1000.0 / (Many - Few));
}
