using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Sillage.SocketIO.Transport;

/// <summary>A TCP connection as Kestrel knows it. Once it is detached nothing refers to this any more.</summary>
internal sealed class DetachableConnection
    : DefaultConnectionContext,
        IDetachableConnection,
        IConnectionSocketFeature,
        IMemoryPoolFeature
{
    private readonly DetachableListener _listener;
    private readonly SocketStream _stream;
    private readonly Ends _own;

    /// <summary>Makes a connection of a socket.</summary>
    /// <param name="socket">The socket, which does not block.</param>
    /// <param name="listener">Where it came from.</param>
    /// <param name="memory">Where buffers come from.</param>
    /// <param name="mostUnread">Bytes beyond which the client has to wait until the HTTP layer has read; 0 for any number.</param>
    public DetachableConnection(Socket socket, DetachableListener listener, MemoryPool<byte> memory, long mostUnread)
    {
        var received = new Pipe(
            new PipeOptions(
                memory,
                pauseWriterThreshold: mostUnread,
                resumeWriterThreshold: mostUnread / 2,
                useSynchronizationContext: false
            )
        );
        _listener = listener;
        _stream = new SocketStream(socket, listener, received);
        _own = new Ends(
            received.Reader,
            PipeWriter.Create(new HttpOutput(_stream), new StreamPipeWriterOptions(memory, leaveOpen: true))
        );
        MemoryPool = memory;
        Transport = _own;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionId = DetachableListener.NextId();
        Features.Set<IDetachableConnection>(this);
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
    }

    public Socket Socket => _stream.Socket;

    public MemoryPool<byte> MemoryPool { get; }

    /// <summary>Begins to read.</summary>
    public void Start()
    {
        var closed = new CancellationTokenSource();
        ConnectionClosed = closed.Token;
        _stream.Start(closed);
    }

    public SocketStream? TryDetach()
    {
        // Middleware of the connection (TLS, a log of its bytes) has put something of its own in the place of our ends.
        if (Transport != _own || !_listener.TryCountDetached())
        {
            return null;
        }

        _stream.Detach();
        return _stream;
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (!_stream.IsDetached)
        {
            _stream.Abort();
        }
    }

    public override void Abort() => Abort(new ConnectionAbortedException());

    /// <summary>Kestrel has no more use for the connection.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _own.Input.CompleteAsync();
        await _own.Output.CompleteAsync();
        if (!_stream.IsDetached)
        {
            await _stream.DisposeAsync();
            await _stream.WhenReceivedAsync();
        }

        await base.DisposeAsync();
    }

    private sealed class Ends(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;
        public PipeWriter Output => output;
    }
}
