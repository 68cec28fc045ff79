using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sillage.Storage;

namespace Sillage.Api.Problems;

/// <summary>
/// The one place where what went wrong becomes a reply: exceptions, and the bare error statuses of the framework. What
/// was expected is not logged; what was not is, with its trace id, and told to nobody else.
/// </summary>
public sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    /// <summary>What the log calls a request whose client did not wait for the reply; nobody receives it.</summary>
    public const int ClientClosedRequest = 499;

    /// <summary>Runs the rest, and tells what went wrong there.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            await next(context);
            if (IsBareError(context.Response))
            {
                await ForStatus(context).ExecuteAsync(context);
            }
        }
        catch (Exception e) when (IsClientGone(context, e))
        {
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ClientClosedRequest;
            }
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Forget(context.Response);
            await ForException(context, e).ExecuteAsync(context);
        }
#pragma warning disable CA1031 // The edge: half a reply is out, so all that is left is to log and to cut it off.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogDefect(e, context.Request.Method, context.GetEndpoint()?.DisplayName);
            context.Abort();
        }
    }

    private Problem ForException(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case ProblemException e:
                return e.Problem;
            case BadHttpRequestException e:
                context.Response.StatusCode = e.StatusCode;
                return ForStatus(context);
            // The web server's reader of chunks stumbles over a length that fits no number.
            case IOException { InnerException: OverflowException }:
                return Problem.BadRequest(
                    "The body's Transfer-Encoding is broken: the length of a chunk is a hexadecimal number below 80000000 (RFC 9112 section 7.1)."
                );
            case DatabaseUnavailableException e:
                if (!e.IsOutage)
                {
                    LogUnavailable(e.Message);
                }

                return Problem.Unavailable(
                    e.IsOutcomeKnown
                        ? "The storage cannot take this now. Nothing was stored; trying again is safe."
                        : "The storage went away in the middle: whether this was stored is not known. Send it again with the same ids or the same Idempotency-Key.",
                    e.RetryAfter
                );
            case OutOfMemoryException or InsufficientMemoryException:
                LogNoMemory(context.Request.Method, context.GetEndpoint()?.DisplayName);
                return Problem.Unavailable(
                    "The server has no memory for this now. Send it again later with the same ids, or in smaller parts.",
                    TimeSpan.FromSeconds(10)
                );
            default:
                LogDefect(exception, context.Request.Method, context.GetEndpoint()?.DisplayName);
                return Problem.Of(
                    StatusCodes.Status500InternalServerError,
                    "Internal error",
                    "This is a defect of the server; it is in its log under this trace id."
                );
        }
    }

    private static Problem ForStatus(HttpContext context)
    {
        var status = context.Response.StatusCode;
        return status switch
        {
            400 => Problem.BadRequest("The request is not of the form that this address takes."),
            401 => Problem.Unauthorized("This needs a credential."),
            403 => Problem.Forbidden("Your account may not do this."),
            404 => Problem.NotFound(),
            405 => Problem.Of(
                405,
                "Method not allowed",
                $"This address takes {context.Response.Headers.Allow}, not {context.Request.Method}."
            ),
            408 => Problem.Of(408, "Request timeout", "The request came too slowly."),
            413 => Problem.Of(
                413,
                "Content too large",
                context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is { } most
                    ? $"The body may have {most} bytes at most."
                    : "The body is too large."
            ),
            414 => Problem.Of(414, "URI too long", "The address is too long."),
            415 => Problem.UnsupportedMediaType(MediaTypesOf.Route(context)),
            431 => Problem.Of(431, "Request header fields too large", "The headers are too large."),
            500 => Problem.Of(500, "Internal error", "This is a defect of the server."),
            503 => Problem.Unavailable("The server cannot answer this now.", TimeSpan.FromSeconds(5)),
            _ => Problem.Of(status, Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status)),
        };
    }

    private static bool IsBareError(HttpResponse response) =>
        response.StatusCode >= 400
        && !response.HasStarted
        && response.ContentLength is null
        && string.IsNullOrEmpty(response.ContentType);

    private static bool IsClientGone(HttpContext context, Exception exception) =>
        context.RequestAborted.IsCancellationRequested
        && exception is OperationCanceledException or ConnectionResetException or ConnectionAbortedException;

    // What the handler said of the reply that will not be. Headers about the connection and the client's limits stay.
    private static void Forget(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentLength = null;
        headers.ContentType = default;
        headers.ContentDisposition = default;
        headers.ETag = default;
        headers.LastModified = default;
        headers.Location = default;
        headers.Link = default;
        headers.CacheControl = default;
    }

    [LoggerMessage(1, LogLevel.Error, "A defect ended {Method} {Endpoint}")]
    private partial void LogDefect(Exception exception, string method, string? endpoint);

    [LoggerMessage(3, LogLevel.Error, "There was no memory for {Method} {Endpoint}")]
    private partial void LogNoMemory(string method, string? endpoint);

    [LoggerMessage(2, LogLevel.Warning, "The storage is not available: {Reason}")]
    private partial void LogUnavailable(string reason);
}
