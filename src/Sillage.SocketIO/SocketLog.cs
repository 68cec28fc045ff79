using Microsoft.Extensions.Logging;

namespace Sillage.SocketIO;

internal static partial class SocketLog
{
    [LoggerMessage(20, LogLevel.Debug, "Socket {Id} joined {Namespace}.")]
    public static partial void Joined(ILogger logger, string id, string @namespace);

    [LoggerMessage(21, LogLevel.Debug, "Socket {Id} left {Namespace}: {Reason}.")]
    public static partial void Left(ILogger logger, string id, string @namespace, string reason);

    [LoggerMessage(22, LogLevel.Information, "A client was kept out of {Namespace}: {Message}.")]
    public static partial void Refused(ILogger logger, string @namespace, string message);

    [LoggerMessage(23, LogLevel.Debug, "Event {Name} of {Namespace} has no handler.")]
    public static partial void NoHandler(ILogger logger, string name, string @namespace);

    [LoggerMessage(24, LogLevel.Information, "Event {Name} of {Namespace} was refused: {Problem}.")]
    public static partial void BadArguments(ILogger logger, string name, string @namespace, string problem);

    [LoggerMessage(25, LogLevel.Error, "The handler of {Name} in {Namespace} failed for socket {Id}.")]
    public static partial void HandlerFailed(
        ILogger logger,
        Exception exception,
        string name,
        string @namespace,
        string id
    );

    [LoggerMessage(
        30,
        LogLevel.Error,
        "What {Name} in {Namespace} was to be acknowledged with is not JSON, for socket {Id}."
    )]
    public static partial void NotJson(ILogger logger, Exception exception, string name, string @namespace, string id);

    [LoggerMessage(26, LogLevel.Error, "Letting a client into {Namespace} failed.")]
    public static partial void ConnectFailed(ILogger logger, Exception exception, string @namespace);

    [LoggerMessage(27, LogLevel.Debug, "Socket {Id} of {Namespace} was recovered; it had missed {Count} events.")]
    public static partial void Recovered(ILogger logger, string id, string @namespace, int count);

    [LoggerMessage(28, LogLevel.Information, "A client of {Namespace} asked for recovery and starts fresh: {Outcome}.")]
    public static partial void StartsFresh(ILogger logger, string @namespace, RecoveryOutcome outcome);

    [LoggerMessage(29, LogLevel.Warning, "The other processes could not be told or asked about {Namespace}.")]
    public static partial void OthersNotAsked(ILogger logger, Exception exception, string @namespace);
}
