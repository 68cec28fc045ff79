using Sillage.SocketIO.Codec;

namespace Sillage.SocketIO;

/// <summary>How something is sent to one client.</summary>
public readonly record struct SocketEmitter
{
    private readonly ClientSocket _socket;

    internal SocketEmitter(ClientSocket socket) => _socket = socket;

    internal bool IsVolatile { get; init; }

    internal TimeSpan? AckTimeout { get; init; }

    /// <summary>Emits that may be dropped when the client is not ready to take them.</summary>
    public SocketEmitter Volatile => this with { IsVolatile = true };

    /// <summary>Emits whose acknowledgement may take this long.</summary>
    public SocketEmitter Timeout(TimeSpan timeout) => this with { AckTimeout = timeout };

    /// <inheritdoc cref="ClientSocket.EmitAsync" />
    public ValueTask EmitAsync(string name, params ReadOnlySpan<object?> arguments)
    {
        ThrowIfReserved(name);
        var ns = _socket.Namespace;
        if (!_socket.IsConnected)
        {
            return ValueTask.CompletedTask;
        }

        if (ns.Log is not null)
        {
            ns.SendLogged(_socket, name, arguments, IsVolatile);
        }
        else
        {
            _socket.Send(ns.Server.Encoder.Event(ns.Name, name, arguments), IsVolatile);
        }

        ns.Server.Metrics.Delivered();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc cref="ClientSocket.EmitWithAckAsync" />
    public Task<T?> EmitWithAckAsync<T>(string name, params ReadOnlySpan<object?> arguments)
    {
        return FirstAsync(EmitWithAckAsync(name, arguments));

        static async Task<T?> FirstAsync(Task<EventArguments> answer)
        {
            var arguments = await answer;
            return arguments.Count == 0 ? default : arguments.Get<T>(0);
        }
    }

    /// <summary>As the other, with all that the client acknowledged.</summary>
    public Task<EventArguments> EmitWithAckAsync(string name, params ReadOnlySpan<object?> arguments)
    {
        ThrowIfReserved(name);
        var ns = _socket.Namespace;
        var server = ns.Server;
        var ack = new SingleAck(server.Engine.NextWheel(), ns.NextAckId(), _socket);
        var message = server.Encoder.Event(ns.Name, name, arguments, ack.Id);
        if (!_socket.ExpectAck(ack))
        {
            ack.OnGone(_socket);
            return ack.Answer;
        }

        var timeout = AckTimeout ?? server.Options.AckTimeout;
        ack.Start(server.Engine.Clock.Now + (long)timeout.TotalMilliseconds);
        _socket.Send(message, isVolatile: false);
        return ack.Answer;
    }

    internal static void ThrowIfReserved(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (PacketDecoder.IsReserved(name))
        {
            throw new ArgumentException($"'{name}' is reserved.", nameof(name));
        }
    }
}
