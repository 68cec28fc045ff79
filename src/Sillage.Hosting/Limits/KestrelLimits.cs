using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Sillage.Api.Problems;
using Sillage.Hosting.Pipeline;

namespace Sillage.Hosting.Limits;

/// <summary>Hands our limits to the framework's parts that keep them.</summary>
internal sealed class KestrelLimits(IOptions<LimitsOptions> options, ConnectionShares connections)
    : IConfigureOptions<KestrelServerOptions>,
        IConfigureOptions<RequestTimeoutOptions>,
        IConfigureOptions<HostOptions>
{
    private LimitsOptions Limits => options.Value;

    void IConfigureOptions<KestrelServerOptions>.Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = Limits.Body;
        kestrel.Limits.MaxRequestHeadersTotalSize = Limits.HeadersTotal;
        kestrel.Limits.MaxRequestHeaderCount = Limits.HeaderCount;
        kestrel.Limits.MaxRequestLineSize = Limits.RequestLine;
        kestrel.Limits.RequestHeadersTimeout = Limits.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = Limits.KeepAlive;
        kestrel.Limits.MaxConcurrentConnections = Limits.Connections;
        kestrel.RequestHeaderEncodingSelector = name =>
            name == HeaderNames.ContentLength ? ContentLengthText.Strict : null;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(connections.Count));
        kestrel.Limits.MinRequestBodyDataRate =
            Limits.SlowestBody == 0 ? null : new MinDataRate(Limits.SlowestBody, Limits.BodyGrace);
    }

    void IConfigureOptions<RequestTimeoutOptions>.Configure(RequestTimeoutOptions timeouts) =>
        timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = Limits.Handler,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = context =>
            {
                // The framework has cleared all headers.
                SecurityHeaders.Set(context);
                return Problem
                    .Unavailable(
                        $"This took longer than {Limits.Handler.TotalSeconds} s and was given up.",
                        TimeSpan.FromSeconds(5)
                    )
                    .ExecuteAsync(context);
            },
        };

    void IConfigureOptions<HostOptions>.Configure(HostOptions host) => host.ShutdownTimeout = Limits.Drain;
}
