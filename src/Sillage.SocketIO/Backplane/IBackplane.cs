namespace Sillage.SocketIO.Backplane;

/// <summary>Which sockets, in every other process.</summary>
/// <param name="Rooms">Those in any of these rooms; all if empty. A socket's id is a room of its own.</param>
/// <param name="Except">But none in any of these.</param>
public readonly record struct BackplaneTarget(IReadOnlyList<string> Rooms, IReadOnlyList<string> Except);

/// <summary>An event on its way between processes.</summary>
/// <param name="Arguments">A JSON array: the name, then the arguments. <c>{"_placeholder":true,"num":n}</c> stands for attachment n.</param>
/// <param name="Attachments">The attachments.</param>
/// <param name="IsVolatile">Whether it may be dropped for clients that are not ready.</param>
public sealed record BackplaneEvent(
    ReadOnlyMemory<byte> Arguments,
    IReadOnlyList<ReadOnlyMemory<byte>> Attachments,
    bool IsVolatile
);

/// <summary>
/// Carries what one process's server does to those of all others. What a process sends does not come back to it; what one
/// process sends arrives at each other one in the order in which it was sent. Nothing is kept for a process that is away.
/// </summary>
public interface IBackplane
{
    /// <summary>Adds a process. Once the task has ended, everything that others send arrives.</summary>
    /// <param name="node">The process's side.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask JoinClusterAsync(IBackplaneNode node, CancellationToken cancellation);

    /// <summary>Takes the process out again.</summary>
    /// <param name="node">The process's side, as it was added.</param>
    ValueTask LeaveClusterAsync(IBackplaneNode node);

    /// <summary>Sends an event to clients of the other processes.</summary>
    ValueTask BroadcastAsync(string @namespace, BackplaneTarget target, BackplaneEvent message);

    /// <summary>Makes clients of the other processes enter rooms.</summary>
    ValueTask JoinAsync(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms);

    /// <summary>Makes clients of the other processes leave rooms.</summary>
    ValueTask LeaveAsync(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms);

    /// <summary>Takes clients of the other processes out of the namespace.</summary>
    ValueTask DisconnectAsync(string @namespace, BackplaneTarget target, bool close);
}

/// <summary>A process as its backplane sees it. Every call is about the clients of this process.</summary>
public interface IBackplaneNode
{
    /// <summary>Sends them an event.</summary>
    void OnBroadcast(string @namespace, BackplaneTarget target, BackplaneEvent message);

    /// <summary>Makes them enter rooms.</summary>
    void OnJoin(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms);

    /// <summary>Makes them leave rooms.</summary>
    void OnLeave(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms);

    /// <summary>Takes them out of the namespace.</summary>
    void OnDisconnect(string @namespace, BackplaneTarget target, bool close);
}
