namespace Sillage.SocketIO.EngineIO;

/// <summary>Why a connection ended.</summary>
public enum CloseReason
{
    /// <summary>The client closed it, or went away.</summary>
    TransportClose,

    /// <summary>The network failed, or the client broke the rules of the transport.</summary>
    TransportError,

    /// <summary>No pong came in time.</summary>
    PingTimeout,

    /// <summary>The client sent what is not a packet.</summary>
    ParseError,

    /// <summary>The client sent a message larger than <see cref="EngineIOOptions.MaxHttpBufferSize"/>.</summary>
    PayloadTooLarge,

    /// <summary>More waited for the client than <see cref="EngineIOOptions.MaxQueuedMessages"/> or <see cref="EngineIOOptions.MaxQueuedBytes"/>.</summary>
    SlowConsumer,

    /// <summary>The client took nothing for <see cref="EngineIOOptions.StallTimeout"/>.</summary>
    Stalled,

    /// <summary>The client joined no namespace in time.</summary>
    ConnectTimeout,

    /// <summary>The program closed it.</summary>
    ServerClose,

    /// <summary>The server is stopping.</summary>
    ServerShutdown,
}

internal static class CloseReasons
{
    /// <summary>The words that Socket.IO users know these reasons by, where there are any.</summary>
    public static string Text(this CloseReason reason) =>
        reason switch
        {
            CloseReason.TransportClose => "transport close",
            CloseReason.TransportError => "transport error",
            CloseReason.PingTimeout => "ping timeout",
            CloseReason.ParseError => "parse error",
            CloseReason.PayloadTooLarge => "payload too large",
            CloseReason.SlowConsumer => "slow consumer",
            CloseReason.Stalled => "stalled",
            CloseReason.ConnectTimeout => "connect timeout",
            CloseReason.ServerShutdown => "server shutting down",
            _ => "forced server close",
        };

    /// <summary>The WebSocket close code (RFC 6455 section 7.4.1) that tells the client.</summary>
    public static ushort WebSocketCode(this CloseReason reason) =>
        reason switch
        {
            CloseReason.TransportClose or CloseReason.ServerClose => 1000,
            CloseReason.ServerShutdown => 1001,
            CloseReason.PayloadTooLarge => 1009,
            CloseReason.SlowConsumer or CloseReason.Stalled => 1013,
            _ => 1008,
        };
}
