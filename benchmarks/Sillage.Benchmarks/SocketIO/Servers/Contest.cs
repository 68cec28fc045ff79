using Sillage.Benchmarks.Cases;
using Sillage.Benchmarks.Load;

namespace Sillage.Benchmarks.SocketIO.Servers;

/// <summary>All servers, of which only one is under load at a time.</summary>
internal sealed class Contest : IAsyncDisposable
{
    private readonly List<SocketServer> _servers = [];

    /// <summary>How each server is started: ours first.</summary>
    public static IReadOnlyList<Func<SocketGround, Task<SocketServer>>> Starts { get; } =
    [SocketServer.StartOursAsync, SocketServer.StartOnKestrelsAsync, SocketServer.StartNodeAsync];

    public static async Task<Contest> StartAsync(SocketGround ground)
    {
        var contest = new Contest();
        try
        {
            foreach (var start in Starts)
            {
                contest._servers.Add(await start(ground));
            }

            return contest;
        }
        catch
        {
            await contest.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has the servers' code compiled before anything counts.</summary>
    public void WarmUp(Func<SocketServer, LoadResult> measure) => _servers.ForEach(server => measure(server));

    /// <summary>Measures them in turn.</summary>
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
            [.. _servers.Select(server => new Contender(server.Name, "", () => Task.Run(() => measure(server))))]
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }
}
