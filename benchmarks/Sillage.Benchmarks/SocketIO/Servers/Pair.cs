using Sillage.Benchmarks.Cases;
using Sillage.Benchmarks.Load;

namespace Sillage.Benchmarks.SocketIO.Servers;

/// <summary>Both servers, of which only one is under load at a time.</summary>
internal sealed class Pair(SocketServer ours, SocketServer nodes) : IAsyncDisposable
{
    public static async Task<Pair> StartAsync(SocketGround ground)
    {
        var ours = await SocketServer.StartOursAsync(ground);
        try
        {
            return new Pair(ours, await SocketServer.StartNodeAsync(ground));
        }
        catch
        {
            await ours.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has the servers' code compiled before anything counts.</summary>
    public void WarmUp(Func<SocketServer, LoadResult> measure)
    {
        measure(ours);
        measure(nodes);
    }

    /// <summary>Measures the two in turn.</summary>
    public Task<Table> CompareAsync(
        SocketGround ground,
        string title,
        string remark,
        Func<SocketServer, LoadResult> measure
    ) =>
        Alternation.RunAsync(
            new Processes.Quiet(),
            ground.IsNoisy,
            title,
            remark,
            ground.Rounds,
            [
                .. new[] { ours, nodes }.Select(server => new Contender(
                    server.Name,
                    "",
                    () => Task.Run(() => measure(server))
                )),
            ]
        );

    public async ValueTask DisposeAsync()
    {
        await ours.DisposeAsync();
        await nodes.DisposeAsync();
    }
}
