using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Sillage.Hosting.Pipeline;

/// <summary>
/// Answers HEAD wherever GET is answered (RFC 9110 section 9.3.2): the handler runs, and Kestrel, which knows the method
/// that came, sends no body. An endpoint that streams is stopped once its headers are known.
/// </summary>
internal static class HeadMiddleware
{
    public static Task RunAsync(HttpContext context, RequestDelegate next) =>
        HttpMethods.IsHead(context.Request.Method) ? RunAsGetAsync(context, next) : next(context);

    private static async Task RunAsGetAsync(HttpContext context, RequestDelegate next)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var aborted = context.RequestAborted;
        // A problem is written further out, when there is nothing left to stop.
        var running = true;
        context.Request.Method = HttpMethods.Get;
        context.RequestAborted = stop.Token;
        context.Response.OnStarting(() =>
            running && context.GetEndpoint()?.Metadata.GetMetadata<DisableRequestTimeoutAttribute>() is not null
                ? stop.CancelAsync()
                : Task.CompletedTask
        );
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            // The stream has told its headers, and there is no body to wait for.
        }
        finally
        {
            running = false;
            context.RequestAborted = aborted;
            context.Request.Method = HttpMethods.Head;
        }
    }
}
