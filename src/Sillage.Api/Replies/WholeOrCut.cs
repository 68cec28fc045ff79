using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sillage.Api.Replies;

/// <summary>What ends properly is complete: a reply that fails on its way is cut off.</summary>
public static partial class WholeOrCut
{
    /// <summary>Writes a reply. Before it has begun a failure is a problem like any other.</summary>
    /// <param name="http">The request.</param>
    /// <param name="logger">Is told of the cut.</param>
    /// <param name="what">What is written, for the log.</param>
    /// <param name="whose">Whose, for the log.</param>
    /// <param name="write">Writes it.</param>
    public static async Task RunAsync(HttpContext http, ILogger logger, string what, string whose, Func<Task> write)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            await write();
        }
        catch (Exception exception) when (http.Response.HasStarted)
        {
            // A proper end would make what is there look complete.
            LogCut(logger, what, whose, exception);
            http.Abort();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {What} of {Whose} was cut off.")]
    private static partial void LogCut(ILogger logger, string what, string whose, Exception exception);
}
