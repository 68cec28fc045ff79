using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Export;

/// <summary>What ends properly is complete: a reply that fails on its way is cut off.</summary>
internal static partial class WholeOrCut
{
    /// <summary>Writes a reply. Before it has begun a failure is a problem like any other.</summary>
    /// <param name="http">The request.</param>
    /// <param name="logger">Is told of the cut.</param>
    /// <param name="what">What is written, for the log.</param>
    /// <param name="study">Whose.</param>
    /// <param name="write">Writes it.</param>
    public static async Task RunAsync(HttpContext http, ILogger logger, string what, Study study, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception exception) when (http.Response.HasStarted)
        {
            // A proper end would make what is there look complete.
            LogCut(logger, what, study.Slug, exception);
            http.Abort();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {What} of study {Study} was cut off.")]
    private static partial void LogCut(ILogger logger, string what, string study, Exception exception);
}
