using Microsoft.Extensions.Logging;

namespace Sillage.SocketIO.EngineIO;

internal static partial class EngineLog
{
    [LoggerMessage(1, LogLevel.Debug, "Connection {Id} opened by {Transport} from {Address}.")]
    public static partial void Opened(ILogger logger, string id, string transport, string? address);

    [LoggerMessage(
        2,
        LogLevel.Information,
        "Connection {Id} ended: {Reason} ({Detail}), {Transport}, after {Seconds} s."
    )]
    public static partial void Closed(
        ILogger logger,
        string id,
        string reason,
        string detail,
        string transport,
        long seconds
    );

    [LoggerMessage(3, LogLevel.Information, "A request was refused with {Code} ({Message}): {Why}.")]
    public static partial void Refused(ILogger logger, int code, string message, string why);

    [LoggerMessage(4, LogLevel.Information, "Connection {Id} did not complete its upgrade: {Why}.")]
    public static partial void UpgradeFailed(ILogger logger, string id, string why);

    [LoggerMessage(5, LogLevel.Error, "The program's handler failed on connection {Id}.")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string id);

    [LoggerMessage(6, LogLevel.Information, "Stopping: {Count} connections are told.")]
    public static partial void Stopping(ILogger logger, int count);
}
