using System.Net;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Targets;

/// <summary>A server that is asked over HTTP, started for the run; most take traces.</summary>
internal abstract class Target(Ground ground, string name) : IAsyncDisposable
{
    private long _acknowledged;

    protected const int Players = 16;
    private const int PlaysPerConnection = 8;

    public string Name { get; } = name;

    /// <summary>When an acknowledged trace is on the disk.</summary>
    public abstract string Durability { get; }

    public IPEndPoint Address { get; } = new(IPAddress.Loopback, ServerProcess.FreePort());

    public TimeSpan ToFirstReply => Server?.ToFirstReply ?? default;

    public ProcessTree Processes => new([Server!.Id, .. OtherProcesses]);

    /// <summary>Without the database engine that it uses.</summary>
    public ProcessTree OwnProcesses => new(Server!.Id);

    protected Ground Ground { get; } = ground;

    protected Uri Root => new($"http://{Address}");

    protected ServerProcess? Server { get; set; }

    protected virtual IEnumerable<int> OtherProcesses => [];

    /// <summary>Starts the server and makes what the load needs: accounts, a study.</summary>
    public abstract Task StartAsync();

    /// <summary>Called before each stretch: renews what may have expired.</summary>
    public virtual Task RenewAsync() => Task.CompletedTask;

    /// <summary>Rows that are stored, read past the server; null where nothing is stored.</summary>
    public abstract Task<long?> CountAsync();

    public IRequests Single(int connection) =>
        new Templates([.. Play.Some(PlaysPerConnection, connection).Select(play => One(connection % Players, play))]);

    public IRequests Batch(int connection, int size) =>
        new Templates(Many(connection % Players, Play.Some(size, connection)));

    public async Task<LoadResult> ClosedAsync(Func<int, IRequests> requests, LoadShape shape)
    {
        await RenewAsync();
        var result = await ClosedLoop.RunAsync(Address, requests, shape, Processes);
        _acknowledged += result.Acknowledged;
        return result;
    }

    public async Task<LoadResult> OpenAsync(Func<int, IRequests> requests, LoadShape shape, double perSecond)
    {
        await RenewAsync();
        var result = await OpenLoop.RunAsync(Address, requests, shape, perSecond, Processes);
        _acknowledged += result.Acknowledged;
        return result;
    }

    /// <summary>Compares what was acknowledged with what is stored.</summary>
    /// <returns>What is wrong, or null.</returns>
    public async Task<string?> CheckAsync()
    {
        var stored = await CountAsync();
        return stored is null || stored >= _acknowledged
            ? null
            : $"{Name}: {_acknowledged} traces were acknowledged, but only {stored} are stored.";
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }

    /// <summary>A request that stores one action of a player.</summary>
    protected virtual RequestTemplate One(int player, Play play) =>
        throw new NotSupportedException($"{Name} takes no traces.");

    /// <summary>A request that stores several actions of a player at once.</summary>
    protected virtual RequestTemplate Many(int player, Play[] plays) =>
        throw new NotSupportedException($"{Name} takes no batches.");
}
