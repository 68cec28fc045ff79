namespace Sillage.SocketIO.EngineIO;

/// <summary>Why a request was refused: the numbers and words that clients know.</summary>
internal enum EngineError
{
    UnknownTransport = 0,
    UnknownSession = 1,
    BadHandshakeMethod = 2,
    BadRequest = 3,
    Forbidden = 4,
    UnsupportedProtocolVersion = 5,
}

internal static class EngineErrors
{
    public static int StatusCode(this EngineError error) => error is EngineError.Forbidden ? 403 : 400;

    public static string Message(this EngineError error) =>
        error switch
        {
            EngineError.UnknownTransport => "Transport unknown",
            EngineError.UnknownSession => "Session ID unknown",
            EngineError.BadHandshakeMethod => "Bad handshake method",
            EngineError.Forbidden => "Forbidden",
            EngineError.UnsupportedProtocolVersion => "Unsupported protocol version",
            _ => "Bad request",
        };
}
