using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Sillage.Servers.Defences;

/// <summary>Hands requests to the application without a network: what is left is what Sillage itself does for them.</summary>
internal sealed class DirectServer : IServer
{
    private Func<IFeatureCollection, Task>? _run;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _run = async features =>
        {
            var context = application.CreateContext(features);
            try
            {
                await application.ProcessRequestAsync(context);
                application.DisposeContext(context, null);
            }
            catch (Exception e)
            {
                application.DisposeContext(context, e);
                throw;
            }
        };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() { }

    /// <summary>The features of a request, as a connection would bring them.</summary>
    public static FeatureCollection Request(
        string method,
        string path,
        ReadOnlyMemory<byte> body,
        params ReadOnlySpan<(string Name, string Value)> headers
    )
    {
        var request = new HttpRequestFeature
        {
            Method = method,
            Path = path,
            RawTarget = path,
            Protocol = "HTTP/1.1",
            Scheme = "http",
            Body = new MemoryStream(body.ToArray(), writable: false),
        };
        request.Headers.Host = "localhost";
        foreach (var (name, value) in headers)
        {
            request.Headers[name] = value;
        }

        if (!body.IsEmpty)
        {
            request.Headers.ContentType = "application/json";
            request.Headers.ContentLength = body.Length;
        }

        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpRequestBodyDetectionFeature>(new Body(!body.IsEmpty));
        features.Set<IHttpResponseFeature>(new Response());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new MemoryStream()));
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature());
        features.Set<IHttpConnectionFeature>(
            new HttpConnectionFeature { RemoteIpAddress = IPAddress.Loopback, ConnectionId = "direct" }
        );
        return features;
    }

    /// <summary>Has a request answered.</summary>
    /// <returns>The status, and what was answered.</returns>
    public async Task<(int Status, string Body)> SendAsync(FeatureCollection features)
    {
        await _run!(features);
        var reply = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        await reply.Writer.FlushAsync();
        var stream = (MemoryStream)reply.Stream;
        return (
            features.GetRequiredFeature<IHttpResponseFeature>().StatusCode,
            Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length)
        );
    }

    private sealed record Body(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;

    /// <summary>Runs what is to be done when a reply starts and ends, as a server does.</summary>
    private sealed class Response : HttpResponseFeature
    {
        public override void OnStarting(Func<object, Task> callback, object state) { }

        public override void OnCompleted(Func<object, Task> callback, object state) { }
    }
}
