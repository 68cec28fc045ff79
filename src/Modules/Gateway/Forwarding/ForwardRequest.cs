using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Gateway.Copies;
using Sillage.Gateway.Entry;
using Sillage.Hosting.Descriptions;
using Yarp.ReverseProxy.Forwarder;

namespace Sillage.Gateway.Forwarding;

/// <summary>Sends a request to a copy of its service, and to another if that one is gone and the request may be sent again.</summary>
internal sealed partial class ForwardRequest(
    RequestDelegate next,
    Services services,
    RetryBudget budget,
    GatewayMetrics metrics,
    IOptions<GatewayOptions> options,
    ILogger<ForwardRequest> logger
)
{
    // 1. Who has to be known is; 2. room at the service; 3. a small body is kept, if it may be sent again; 4. copies, one after the other.
    public async Task InvokeAsync(HttpContext context)
    {
        var route = context.GetEndpoint()!.Metadata.GetRequiredMetadata<ServiceRoute>();
        if (!route.IsPublic && context.Features.Get<Caller>() is null)
        {
            await new Challenge().ExecuteAsync(context);
            return;
        }

        var service = services[context.GetReverseProxyFeature().Route.Config.ClusterId!];
        if (route.IsLong)
        {
            await SendAsync(context, service, route);
            return;
        }

        if (!service.TryEnter())
        {
            metrics.Refused(service.Name);
            await Problem
                .Unavailable($"The service {service.Name} has too much to do. Try again.", TimeSpan.FromSeconds(1))
                .ExecuteAsync(context);
            return;
        }

        try
        {
            await SendAsync(context, service, route);
        }
        finally
        {
            service.Leave();
        }
    }

    private async Task SendAsync(HttpContext context, Service service, ServiceRoute route)
    {
        budget.Earn();
        var body = await KeepBodyAsync(context);
        var mayRepeat = MayRepeat(context.Request) && (body is not null || !HasBody(context));
        var tag = route.Sticky is { } parameter ? Tag(context.Request.Query[parameter].ToString()) : null;
        var tried = new List<Copy>();
        while (true)
        {
            if (service.Choose(tag, tried, mayRepeat && tried.Count + 1 < options.Value.Tries) is not { } attempt)
            {
                metrics.Refused(service.Name);
                await Unreachable.Problem(service).ExecuteAsync(context);
                return;
            }

            var outcome = await TryAsync(context, service, attempt);
            tried.Add(attempt.Copy);
            if (outcome is Outcome.Answered or Outcome.ClientLeft || context.Response.HasStarted)
            {
                return;
            }

            // What was never sent may be sent elsewhere, whatever it is.
            var again =
                outcome is Outcome.NobodyThere or Outcome.NotReached || (outcome == Outcome.BrokeOff && mayRepeat);
            if (!again || tried.Count == options.Value.Tries || !budget.TrySpend())
            {
                await Failure(service, outcome).ExecuteAsync(context);
                return;
            }

            metrics.Retried(service.Name);
            Rewind(context, body);
        }
    }

    private async Task<Outcome> TryAsync(HttpContext context, Service service, Attempt attempt)
    {
        var copy = attempt.Copy;
        var proxy = context.GetReverseProxyFeature();
        var id = copy.Address.ToString();
        proxy.AvailableDestinations = proxy.AllDestinations.Where(one => one.DestinationId == id).ToList();
        context.Features.Set(attempt);
        copy.Begin();
        try
        {
            await next(context);
        }
        catch (Exception) when (!context.Response.HasStarted)
        {
            // The client's fault, which is told further out: of the copy it says nothing.
            attempt.End(Outcome.ClientLeft, () => false);
            throw;
        }
        finally
        {
            copy.End();
        }

        var outcome = Outcomes.Of(context);
        if (attempt.End(outcome, () => service.MayLeaveOut(copy)))
        {
            metrics.LeftOut(service.Name);
            LogLeftOut(service.Name, copy.Address, outcome);
        }

        return outcome;
    }

    // Many programs do not say how long a body is: it is looked at until it ends or is too long, and then left where it is.
    private async Task<byte[]?> KeepBodyAsync(HttpContext context)
    {
        var request = context.Request;
        var most = options.Value.RetryBody;
        if (!MayRepeat(request) || !HasBody(context) || request.ContentLength > most)
        {
            return null;
        }

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > most)
            {
                reader.AdvanceTo(read.Buffer.Start);
                return null;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                request.Body = new MemoryStream(body, writable: false);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static void Rewind(HttpContext context, byte[]? body)
    {
        context.Features.Set<IForwarderErrorFeature>(null);
        context.Response.StatusCode = StatusCodes.Status200OK;
        if (body is not null)
        {
            context.Request.Body = new MemoryStream(body, writable: false);
        }
    }

    private static bool HasBody(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;

    private static bool MayRepeat(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        || HttpMethods.IsHead(request.Method)
        || HttpMethods.IsOptions(request.Method)
        || HttpMethods.IsPut(request.Method)
        || HttpMethods.IsDelete(request.Method)
        || request.Headers.ContainsKey("Idempotency-Key");

    private static string? Tag(string value) => value.Length < TagLength ? null : value[..TagLength];

    private const int TagLength = 8;

    private static Problem Failure(Service service, Outcome outcome) =>
        outcome switch
        {
            Outcome.NobodyThere or Outcome.NotReached => Unreachable.Problem(service),
            Outcome.TookTooLong => Problem.Unavailable(
                $"The service {service.Name} did not answer in time. Whether this was done is not known.",
                TimeSpan.FromSeconds(5)
            ),
            _ => Problem.Unavailable(
                $"The service {service.Name} went away in the middle: whether this was done is not known. Send it again with the same ids or the same Idempotency-Key.",
                TimeSpan.FromSeconds(1)
            ),
        };

    [LoggerMessage(1, LogLevel.Warning, "The service {Service} at {Address} gets nothing for a while: {Outcome}")]
    private partial void LogLeftOut(string service, Uri address, Outcome outcome);
}
