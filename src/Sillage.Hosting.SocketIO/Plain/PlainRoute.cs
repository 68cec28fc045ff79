using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.SocketIO;

namespace Sillage.Hosting.SocketIO.Plain;

/// <summary>
/// <c>/api/v1/live</c>: the same namespaces, events and handlers for clients without Socket.IO, over a WebSocket whose messages are JSON objects
/// (docs/reference/live.md). What is said there is translated on its way to the Socket.IO server, so that nothing is decided twice
/// (docs/adr/0174-plain-websockets-are-translated.md).
/// </summary>
internal sealed class PlainRoute(LiveCredentials credentials) : IRoutePart
{
    public const string Path = "/api/v1/live";

    // As Socket.IO's own heartbeat.
    private static readonly WebSocketOptions Heartbeat = new()
    {
        KeepAliveInterval = TimeSpan.FromSeconds(25),
        KeepAliveTimeout = TimeSpan.FromSeconds(20),
    };

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var branch = routes.CreateApplicationBuilder();
        branch.UseWebSockets(Heartbeat);
        branch.Run(Handle);
        routes
            .MapGet(Path, branch.Build())
            .AllowAnonymous()
            // Who it is stands in the first message, or in the header, and is answered there.
            .WithMetadata(new IgnoresCredentialsMetadata())
            .DisableRequestTimeout()
            .ExcludeFromDescription();
    }

    private async Task Handle(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            throw new ProblemException(
                Problem.Of(
                    StatusCodes.Status426UpgradeRequired,
                    "Upgrade Required",
                    "This address speaks WebSocket: connect with ws:// or wss://."
                )
            );
        }

        // A page elsewhere can open a WebSocket here, and its browser would send the cookie.
        context.Request.Headers.Remove("Cookie");
        context.User = await credentials.OfRequestAsync(context);
        using var client = await context.WebSockets.AcceptWebSocketAsync();
        var (here, there) = Ends();
        // Made when it is needed: until all namespaces are mapped there is no server.
        var server = context.RequestServices.GetRequiredService<SocketIOServer>();
        var serving = server.ServeAsync(context, there);
        using var translated = WebSocket.CreateFromStream(here, new WebSocketCreationOptions { IsServer = false });
        using var connection = new PlainConnection(client, translated);
        try
        {
            await connection.RunAsync(context.RequestAborted);
        }
        finally
        {
            await serving;
        }
    }

    private static (Stream Here, Stream There) Ends()
    {
        var (to, from) = (new Pipe(), new Pipe());
        return (new TwoWayStream(from.Reader, to.Writer), new TwoWayStream(to.Reader, from.Writer));
    }

    /// <summary>One end of two pipes.</summary>
    private sealed class TwoWayStream(PipeReader reader, PipeWriter writer) : Stream
    {
        private readonly Stream _read = reader.AsStream();
        private readonly Stream _write = writer.AsStream();

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _read.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => _write.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => _write.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _read.Dispose();
                _write.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
