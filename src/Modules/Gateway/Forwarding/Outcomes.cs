using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Sillage.Gateway.Copies;
using Yarp.ReverseProxy.Forwarder;

namespace Sillage.Gateway.Forwarding;

/// <summary>Reads it from what YARP says.</summary>
internal static class Outcomes
{
    public static Outcome Of(HttpContext context)
    {
        if (context.GetForwarderErrorFeature() is not { } error)
        {
            return Outcome.Answered;
        }

        if (context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested == true)
        {
            return Outcome.TookTooLong;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return Outcome.ClientLeft;
        }

        return error.Error switch
        {
            ForwarderError.RequestTimedOut => Outcome.TookTooLong,
            ForwarderError.RequestCanceled
            or ForwarderError.RequestBodyClient
            or ForwarderError.RequestBodyCanceled
            or ForwarderError.ResponseBodyClient
            or ForwarderError.ResponseBodyCanceled
            or ForwarderError.UpgradeRequestCanceled
            or ForwarderError.UpgradeRequestClient
            or ForwarderError.UpgradeResponseCanceled
            or ForwarderError.UpgradeResponseClient => Outcome.ClientLeft,
            _ when error.Exception is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
                Outcome.NobodyThere,
            // Where the machine is busy, connecting may take too long too: that alone does not say that nobody listens.
            _ when error.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } e =>
                e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
                    ? Outcome.NobodyThere
                    : Outcome.NotReached,
            _ => Outcome.BrokeOff,
        };
    }
}
