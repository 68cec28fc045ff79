using Sillage.SocketIO.Handlers;

namespace Sillage.SocketIO;

/// <summary>
/// The acknowledgement of an event in its handler's own hands. A handler with a parameter of this type acknowledges by it alone: at once,
/// later, or never; what it returns is not sent. If it throws, the client is told as usual, unless it was told something before.
/// </summary>
public sealed class EventAck
{
    private readonly ClientSocket _socket;
    private readonly string _name;
    private readonly long? _id;
    private int _sent;

    private EventAck(ClientSocket socket, string name, long? id)
    {
        _socket = socket;
        _name = name;
        _id = id;
    }

    /// <summary>That of events which want none: most of them, so there is one of it.</summary>
    private static EventAck Unwanted { get; } = new(null!, "", null);

    internal static EventAck Of(ClientSocket socket, string name, long? id) =>
        id is null ? Unwanted : new EventAck(socket, name, id);

    /// <summary>Whether the client asked for an acknowledgement.</summary>
    public bool IsWanted => _id is not null;

    /// <summary>
    /// Acknowledges the event. Values that JSON cannot hold (not-a-number, a cycle, a property that throws) are logged, and the client is
    /// told <c>Internal error</c>, as for a handler that failed.
    /// </summary>
    /// <param name="values">The values, as the arguments of <see cref="ClientSocket.EmitAsync"/>.</param>
    /// <returns>False if none is wanted, one was sent before, or the client has left.</returns>
    public bool Send(params ReadOnlySpan<object?> values)
    {
        if (_id is not { } id || Interlocked.Exchange(ref _sent, 1) != 0 || !_socket.IsConnected)
        {
            return false;
        }

        var ns = _socket.Namespace;
        var encoder = ns.Server.Encoder;
        EngineIO.OutgoingMessage message;
#pragma warning disable CA1031 // The program's getters and converters may throw anything.
        try
        {
            message = encoder.Ack(ns.Name, id, values);
        }
        catch (Exception e)
        {
            SocketLog.NotJson(ns.Server.Logger, e, _name, ns.Name, _socket.Id);
            message = encoder.Ack(ns.Name, id, [HandlerResult.Error("Internal error", null).Value]);
        }
#pragma warning restore CA1031

        return _socket.Send(message, isVolatile: false);
    }

    internal void Refuse(string message, object? details) => Send(HandlerResult.Error(message, details).Value);
}
