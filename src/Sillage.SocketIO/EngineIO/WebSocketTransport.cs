using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using Sillage.SocketIO.Transport;

namespace Sillage.SocketIO.EngineIO;

/// <summary>
/// One WebSocket. The framework's WebSocket reads (unmasking, fragments, UTF-8, control frames); frames to the client are
/// made by this library and written straight to the stream. What the reader itself has to say (pongs, and compressed
/// frames where deflate is on) is caught and leaves in the same order.
/// </summary>
internal sealed class WebSocketTransport : IDisposable
{
    private const int MostPerWrite = 64 * 1024;

    private readonly EngineConnection _connection;
    private readonly AcceptedStream _accepted;
    private readonly Stream _stream;
    private readonly bool _deflate;

    // Guarded by the connection's gate.
    private ArrayBufferWriter<byte>? _raw;
    private byte[]? _closeFrame;
    private bool _flushing;
    private bool _ended;
    private TaskCompletionSource? _idle;

    public WebSocketTransport(EngineConnection connection, AcceptedStream accepted, bool deflate)
    {
        _connection = connection;
        _accepted = accepted;
        _stream = accepted.Stream;
        _deflate = deflate;
        Reader = WebSocket.CreateFromStream(
            new ReaderStream(this),
            new WebSocketCreationOptions
            {
                IsServer = true,
                KeepAliveInterval = TimeSpan.Zero,
                DangerousDeflateOptions = deflate
                    ? new WebSocketDeflateOptions { ServerContextTakeover = false, ClientContextTakeover = false }
                    : null,
            }
        );
    }

    public WebSocket Reader { get; }

    /// <summary>Whether the request that it came with need not last.</summary>
    public bool IsDetached => _accepted.IsDetached;

    /// <summary>Whether the client is slower than what is sent to it. Guarded by the connection's gate.</summary>
    public bool Backlogged { get; private set; }

    /// <summary>Cuts the connection.</summary>
    public void Abort() => _accepted.Abort();

    /// <summary>Whether the caller, who holds the gate, is now the one to call <see cref="Flush"/> once it has let go of it.</summary>
    public bool TryBeginFlush()
    {
        if (_flushing || _ended)
        {
            return false;
        }

        return _flushing = true;
    }

    /// <summary>Lets a close frame follow what is queued. The caller holds the gate.</summary>
    public void SetCloseFrame(ushort code, string reason)
    {
        if (_closeFrame is not null)
        {
            return;
        }

        // A control frame has 125 bytes at most (RFC 6455 section 5.5); reasons are ASCII.
        var text = Encoding.ASCII.GetBytes(reason.Length <= 123 ? reason : reason[..123]);
        _closeFrame = new byte[4 + text.Length];
        WebSocketFrame.WriteHeader(_closeFrame, WebSocketFrame.Close, 2 + text.Length);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(_closeFrame.AsSpan(2), code);
        text.CopyTo(_closeFrame.AsSpan(4));
    }

    /// <summary>Sends one message outside the queue: the answer to a probe.</summary>
    public void SendNow(OutgoingMessage message) => WriteRaw(message.Frames.Span);

    /// <inheritdoc />
    public void Dispose()
    {
        Reader.Dispose();
        if (IsDetached)
        {
            _stream.Dispose();
        }
    }

    /// <summary>
    /// Writes what is queued until nothing is. It goes on by itself when the client is slow; the caller never waits for it.
    /// </summary>
    public void Flush()
    {
        if (_deflate)
        {
            _ = FlushDeflatedAsync();
            return;
        }

#pragma warning disable CA1031 // The edge of the write loop: whatever a transport throws ends this connection and no other.
        try
        {
            while (TryTakeBatch(out var bytes, out var rented))
            {
                var write = _stream.WriteAsync(bytes, CancellationToken.None);
                if (!write.IsCompleted)
                {
                    _ = FlushSlowlyAsync(write, rented);
                    return;
                }

                write.GetAwaiter().GetResult();
                Return(rented);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
#pragma warning restore CA1031
    }

    /// <summary>Flushes after a pause: what was written before it arrives by itself, what is sent meanwhile leaves together.</summary>
    public async Task FlushLaterAsync(TimeSpan pause, TimeProvider time)
    {
        // Not given up when the connection ends: what is queued, the goodbye among it, is still to leave.
        await Task.Delay(pause, time, CancellationToken.None);
        Flush();
    }

    private async Task FlushSlowlyAsync(ValueTask write, byte[]? rented)
    {
#pragma warning disable CA1031 // As in Flush.
        try
        {
            while (true)
            {
                SetBacklogged(true);
                await write;
                Return(rented);
                SetBacklogged(false);
                if (!TryTakeBatch(out var bytes, out rented))
                {
                    return;
                }

                write = _stream.WriteAsync(bytes, CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
#pragma warning restore CA1031
    }

    private async Task FlushDeflatedAsync()
    {
#pragma warning disable CA1031 // As in Flush.
        try
        {
            while (true)
            {
                while (TryTakeMessage(out var message))
                {
                    if (!message.TextPacket.IsEmpty)
                    {
                        await Reader.SendAsync(message.TextPacket, WebSocketMessageType.Text, true, default);
                    }

                    for (var i = 0; i < message.BinaryPackets; i++)
                    {
                        await Reader.SendAsync(message.BinaryPacket(i), WebSocketMessageType.Binary, true, default);
                    }
                }

                if (!TryTakeBatch(out var bytes, out var rented))
                {
                    return;
                }

                var write = _stream.WriteAsync(bytes, CancellationToken.None);
                SetBacklogged(!write.IsCompleted);
                await write;
                SetBacklogged(false);
                Return(rented);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
#pragma warning restore CA1031
    }

    /// <summary>Waits until no write is under way and lets none begin: from then on the stream may be given back.</summary>
    public Task EndAsync()
    {
        lock (_connection.Gate)
        {
            _ended = true;
            if (!_flushing)
            {
                return Task.CompletedTask;
            }

            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    private bool TryTakeMessage(out OutgoingMessage message)
    {
        lock (_connection.Gate)
        {
            ref var queue = ref _connection.QueueOf(this);
            if (queue.Count == 0 || _raw is { WrittenCount: > MostPerWrite })
            {
                message = null!;
                return false;
            }

            message = queue.Dequeue();
            return true;
        }
    }

    /// <summary>Takes the next bytes to write, several messages at once where they queued up. At the end the flush is over.</summary>
    private bool TryTakeBatch(out ReadOnlyMemory<byte> bytes, out byte[]? rented)
    {
        lock (_connection.Gate)
        {
            rented = null;
            ref var queue = ref _connection.QueueOf(this);
            var raw = _raw?.WrittenCount ?? 0;
            if (raw == 0 && queue.Count == 0)
            {
                bytes = _closeFrame;
                if (bytes.IsEmpty || _ended)
                {
                    _flushing = false;
                    _idle?.TrySetResult();
                    return false;
                }

                _closeFrame = [];
                return true;
            }

            if (raw == 0 && queue.Count == 1)
            {
                bytes = queue.Dequeue().Frames;
                return true;
            }

            var length = raw;
            rented = ArrayPool<byte>.Shared.Rent((int)Math.Max(raw, Math.Min(MostPerWrite, raw + queue.Bytes)));
            _raw?.WrittenSpan.CopyTo(rented);
            _raw = null;
            while (!_deflate && queue.Count > 0 && length + queue.Peek().Size <= rented.Length)
            {
                var frames = queue.Dequeue().Frames;
                frames.Span.CopyTo(rented.AsSpan(length));
                length += frames.Length;
            }

            if (length > 0)
            {
                bytes = rented.AsMemory(0, length);
                return true;
            }

            // The first one alone is larger than a batch.
            Return(rented);
            rented = null;
            bytes = queue.Dequeue().Frames;
            return true;
        }
    }

    private void SetBacklogged(bool backlogged)
    {
        if (Backlogged == backlogged)
        {
            return;
        }

        lock (_connection.Gate)
        {
            Backlogged = backlogged;
        }

        _connection.OnBacklog(backlogged);
    }

    private void Fail(Exception e)
    {
        lock (_connection.Gate)
        {
            _ended = true;
            _flushing = false;
            _idle?.TrySetResult();
        }

        _connection.OnWriteFailed(e);
    }

    private static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>What the reader writes by itself, control frames and compressed frames, joins what is sent.</summary>
    private void WriteRaw(ReadOnlySpan<byte> frames)
    {
        bool flush;
        lock (_connection.Gate)
        {
            (_raw ??= new ArrayBufferWriter<byte>(Math.Max(frames.Length, 64))).Write(frames);
            flush = TryBeginFlush();
        }

        if (flush)
        {
            Flush();
        }
    }

    /// <summary>The stream that the reader sees.</summary>
    private sealed class ReaderStream(WebSocketTransport transport) : ByteStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default) =>
            transport._stream.ReadAsync(buffer, ct);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default)
        {
            transport.WriteRaw(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Write(byte[] buffer, int offset, int count) =>
            transport.WriteRaw(buffer.AsSpan(offset, count));
    }
}
