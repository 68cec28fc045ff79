using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Sillage.SocketIO.Transport;

/// <summary>
/// The bytes of a socket, first for the HTTP layer, through a pipe that is filled as they come in, and once the connection is
/// detached for whoever took it. A write goes to the system at once, on the caller's thread, and costs no more than that call;
/// only what the system does not take is waited for. One reader and one writer at a time.
/// </summary>
internal sealed class SocketStream(Socket socket, DetachableListener listener, Pipe received) : ByteStream
{
    private const int SmallestRead = 2048;

    private readonly Lock _gate = new();
    private Pipe? _received = received;
    private Task? _receiving;
    private byte[] _leftOver = [];
    private bool _detached;
    private bool _disposed;

    public Socket Socket => socket;

    /// <summary>Whether the connection was taken from the HTTP layer.</summary>
    public bool IsDetached => Volatile.Read(ref _detached);

    /// <summary>Begins to fill the pipe.</summary>
    /// <param name="closed">Cancelled when nothing more comes in, unless the connection is detached by then.</param>
    public void Start(CancellationTokenSource closed) => _receiving = ReceiveAsync(closed);

    /// <summary>Ends when the pipe is no longer filled.</summary>
    public Task WhenReceivedAsync() => _receiving ?? Task.CompletedTask;

    /// <summary>
    /// Takes the connection from the HTTP layer, which waits for its request to end and reads nothing meanwhile: what it has not
    /// read is the new owner's.
    /// </summary>
    public void Detach()
    {
        lock (_gate)
        {
            if (_received!.Reader.TryRead(out var unread))
            {
                _leftOver = unread.Buffer.ToArray();
                _received.Reader.AdvanceTo(unread.Buffer.End);
            }

            _received = null;
            Volatile.Write(ref _detached, true);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
    {
        if (_leftOver.Length > 0)
        {
            var length = Math.Min(buffer.Length, _leftOver.Length);
            _leftOver.AsSpan(0, length).CopyTo(buffer.Span);
            _leftOver = _leftOver[length..];
            return ValueTask.FromResult(length);
        }

        return _receiving is null
            ? socket.ReceiveAsync(buffer, SocketFlags.None, CancellationToken.None)
            : ReadFirstAsync(_receiving, buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default)
    {
        while (!buffer.IsEmpty)
        {
            var sent = socket.Send(buffer.Span, SocketFlags.None, out var error);
            if (error is SocketError.WouldBlock or SocketError.IOPending or SocketError.NoBufferSpaceAvailable)
            {
                return WriteSlowlyAsync(buffer);
            }

            if (error is not SocketError.Success)
            {
                return ValueTask.FromException(new SocketException((int)error));
            }

            buffer = buffer[sent..];
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Cuts the connection: what the system has not sent yet is dropped.</summary>
    public void Abort() => socket.Close(timeout: 0);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !Interlocked.Exchange(ref _disposed, true))
        {
            Shut();
        }

        base.Dispose(disposing);
    }

    private void Shut()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side was first, or the connection is cut: there is nobody to say goodbye to.
            Abort();
        }

        socket.Dispose();
        listener.OnClosed();
        if (IsDetached)
        {
            listener.OnDetachedClosed();
        }
    }

    private async Task ReceiveAsync(CancellationTokenSource closed)
    {
        Exception? fault = null;
        try
        {
            do
            {
                // Waits without a buffer; what is there is then read without waiting.
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, CancellationToken.None);
            } while (await TryReceiveAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            fault = new IOException("The connection broke off.", e);
        }

        Pipe? pipe;
        lock (_gate)
        {
            pipe = _received;
        }

        if (pipe is not null)
        {
            await pipe.Writer.CompleteAsync(fault);

            // Not on this thread: whoever hears of it may take long.
            ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), closed, preferLocal: false);
        }
    }

    /// <summary>Puts what is there into the pipe.</summary>
    /// <returns>False when there will be no more, or when it is another's to read.</returns>
    private ValueTask<bool> TryReceiveAsync()
    {
        lock (_gate)
        {
            if (_received is null)
            {
                return ValueTask.FromResult(false);
            }

            var length = socket.Receive(_received.Writer.GetSpan(SmallestRead), SocketFlags.None, out var error);
            if (error is SocketError.WouldBlock)
            {
                return ValueTask.FromResult(true);
            }

            if (error is not SocketError.Success)
            {
                throw new SocketException((int)error);
            }

            if (length == 0)
            {
                return ValueTask.FromResult(false);
            }

            _received.Writer.Advance(length);
            return FlushedAsync(_received.Writer.FlushAsync(CancellationToken.None));
        }
    }

    private async ValueTask<bool> FlushedAsync(ValueTask<FlushResult> flush)
    {
        var result = await flush;
        return result is { IsCompleted: false, IsCanceled: false } && !IsDetached;
    }

    /// <summary>The first read after the connection was detached: the pipe's wait has to end before another begins.</summary>
    private async ValueTask<int> ReadFirstAsync(Task receiving, Memory<byte> buffer)
    {
        await receiving;
        _receiving = null;
        return await socket.ReceiveAsync(buffer, SocketFlags.None, CancellationToken.None);
    }

    private async ValueTask WriteSlowlyAsync(ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            rest = rest[await socket.SendAsync(rest, SocketFlags.None, CancellationToken.None)..];
        }
    }
}
