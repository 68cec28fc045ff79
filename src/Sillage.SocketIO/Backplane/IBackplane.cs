using System.Text.Json;

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

    /// <summary>From now on the process counts as one that answers what is asked about a namespace.</summary>
    ValueTask EnterNamespaceAsync(string @namespace);

    /// <summary>The process no longer has the namespace.</summary>
    ValueTask ExitNamespaceAsync(string @namespace);

    /// <summary>Sends an event that clients of the other processes are to acknowledge.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="target">Which clients.</param>
    /// <param name="message">The event.</param>
    /// <param name="timeout">How long acknowledgements are waited for.</param>
    /// <param name="answers">Hears of them.</param>
    ValueTask BroadcastWithAckAsync(
        string @namespace,
        BackplaneTarget target,
        BackplaneEvent message,
        TimeSpan timeout,
        IBackplaneAnswers answers
    );

    /// <summary>The clients of the other processes.</summary>
    /// <exception cref="TimeoutException">A process did not answer.</exception>
    Task<IReadOnlyList<BackplaneSocket>> FetchSocketsAsync(
        string @namespace,
        BackplaneTarget target,
        CancellationToken cancellation
    );

    /// <summary>Sends an event to the programs of the other processes.</summary>
    ValueTask ServerSideEmitAsync(string @namespace, BackplaneEvent message);

    /// <summary>As the other, and collects one answer of each program, as JSON.</summary>
    /// <exception cref="TimeoutException">A process did not answer.</exception>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> ServerSideEmitWithAckAsync(
        string @namespace,
        BackplaneEvent message,
        CancellationToken cancellation
    );
}

/// <summary>Hears of the acknowledgements of a broadcast. Its methods may be called from any thread.</summary>
public interface IBackplaneAnswers
{
    /// <summary>How many other processes will tell the number of their clients; called once, before any of them does.</summary>
    void OnProcesses(int count);

    /// <summary>A process has sent the event to so many clients.</summary>
    void OnClients(int count);

    /// <summary>A client acknowledged.</summary>
    /// <param name="arguments">What it acknowledged with, as a JSON array, and the attachments of that.</param>
    void OnAnswer(BackplaneEvent arguments);
}

/// <summary>A client as other processes know it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Rooms">The rooms that it is in, that of its own id among them.</param>
/// <param name="Data">What its program kept with it: an object.</param>
/// <param name="Handshake">The request that opened its connection, without credentials: an object as Node has it.</param>
public sealed record BackplaneSocket(string Id, IReadOnlyList<string> Rooms, JsonElement Data, JsonElement Handshake);

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

    /// <summary>Sends them an event that they are to acknowledge.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="target">Which clients.</param>
    /// <param name="message">The event.</param>
    /// <param name="timeout">How long acknowledgements are waited for; null if the asker did not say.</param>
    /// <param name="clients">To be called once, first, with the number of clients.</param>
    /// <param name="answer">To be called with each acknowledgement: a JSON array.</param>
    void OnBroadcastWithAck(
        string @namespace,
        BackplaneTarget target,
        BackplaneEvent message,
        TimeSpan? timeout,
        Action<int> clients,
        Action<BackplaneEvent> answer
    );

    /// <summary>Who they are.</summary>
    IReadOnlyList<BackplaneSocket> OnFetchSockets(string @namespace, BackplaneTarget target);

    /// <summary>The rooms that they are in, those of their own ids among them.</summary>
    IReadOnlyList<string> OnFetchRooms(string @namespace);

    /// <summary>An event for the program of this process.</summary>
    /// <returns>Its answer, as JSON; null if it does not handle the event.</returns>
    ValueTask<ReadOnlyMemory<byte>?> OnServerSideEmitAsync(string @namespace, BackplaneEvent message);
}
