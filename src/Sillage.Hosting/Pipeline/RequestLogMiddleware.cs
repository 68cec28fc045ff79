using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Sillage.Api.Access;

namespace Sillage.Hosting.Pipeline;

/// <summary>
/// One line for each request: the route's pattern, never what stands in its place, and no query, header or body. Health
/// and metrics, which are asked all the time, are logged at Debug.
/// </summary>
internal sealed partial class RequestLogMiddleware(RequestDelegate next, ILogger<RequestLogMiddleware> logger)
{
    // Nothing is measured for nobody: by default requests are not logged.
    public Task InvokeAsync(HttpContext context) =>
        logger.IsEnabled(LogLevel.Information) ? LogAsync(context) : next(context);

    private async Task LogAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var endpoint = context.GetEndpoint();
            var level = endpoint?.Metadata.GetMetadata<QuietMetadata>() is null ? LogLevel.Information : LogLevel.Debug;
            if (logger.IsEnabled(level))
            {
                var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
                var milliseconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 2);
                LogRequest(level, context.Request.Method, route, context.Response.StatusCode, milliseconds);
            }
        }
    }

    [LoggerMessage(EventId = 10, Message = "{Method} {Route} {Status} {Milliseconds} ms")]
    private partial void LogRequest(LogLevel level, string method, string route, int status, double milliseconds);
}
