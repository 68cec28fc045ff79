using System.Net.WebSockets;
using System.Text;

namespace Sillage.SocketIO.EngineIO;

/// <summary>
/// One client's connection: a session that keeps its identity while it moves from polling to a WebSocket. Its methods may
/// be called from any thread.
/// </summary>
#pragma warning disable CA1001 // A cancellation source without a timer holds nothing to dispose of, and handlers may keep its token.
public sealed partial class EngineConnection
#pragma warning restore CA1001
{
    // Time enough for a client of the same machine to have read; nothing against the time that a connection takes to open.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    // The queue of a WebSocket that is not yet the connection's own; always empty.
    private static OutgoingQueue _none;

    private readonly EngineServer _server;
    private readonly TimerWheel _wheel;
    private readonly ConnectionTimer _timer;
    private OutgoingQueue _queue;
    private WebSocketTransport? _webSocket;
    private ParkedPoll? _poll;
    private PollAnswer? _farewell;
    private CancellationTokenSource? _closed;
    private ConnectionState _state;

    // More waited than may: nothing is taken any more until the connection is closed, which is under way.
    private bool _overflown;

    internal EngineConnection(EngineServer server, string id, EngineHandshake handshake)
    {
        _server = server;
        Id = id;
        Handshake = handshake;
        OpenedAt = server.Clock.Now;
        _timer = new ConnectionTimer(this);
        _wheel = server.NextWheel();
        _pingAt = OpenedAt + server.PingIntervalMilliseconds;
    }

    private enum ConnectionState : byte
    {
        /// <summary>In use.</summary>
        Open,

        /// <summary>Over for the program; the client is still being told.</summary>
        Closing,

        /// <summary>Gone.</summary>
        Closed,
    }

    /// <summary>The session's id, known to its client only: whoever has it can read and write in its place.</summary>
    public string Id { get; }

    /// <summary>The request that opened the connection.</summary>
    public EngineHandshake Handshake { get; }

    /// <summary>How it is connected now: <c>polling</c> or <c>websocket</c>.</summary>
    public string Transport => _webSocket is null ? "polling" : "websocket";

    /// <summary>Whatever the program wants to keep with the connection.</summary>
    public object? State { get; set; }

    /// <summary>Whether it is open.</summary>
    public bool IsOpen => _state is ConnectionState.Open;

    /// <summary>Why it ended; null while it is open.</summary>
    public CloseReason? ClosedBecause { get; private set; }

    /// <summary>Cancelled when the connection ends.</summary>
    public CancellationToken Closed
    {
        get
        {
            lock (Gate)
            {
                if (_closed is null)
                {
                    _closed = new CancellationTokenSource();
                    if (_state is not ConnectionState.Open)
                    {
                        _closed.Cancel();
                    }
                }

                return _closed.Token;
            }
        }
    }

    internal Lock Gate { get; } = new();

    /// <summary>Enough of the id to follow a connection through a log, too little to take it over.</summary>
    internal string LogId => Id[..6];

    internal long OpenedAt { get; }

    /// <summary>Sends text.</summary>
    /// <returns>False if the connection is closed; the text is then dropped.</returns>
    public bool Send(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Send(OutgoingMessage.Message(Encoding.UTF8.GetBytes(text), null));
    }

    /// <summary>Sends bytes.</summary>
    /// <returns>False if the connection is closed; the bytes are then dropped.</returns>
    public bool Send(ReadOnlySpan<byte> data) => Send(OutgoingMessage.BinaryMessage(data));

    /// <summary>Closes the connection once what was sent before has left.</summary>
    public void Close() => Close(CloseReason.ServerClose);

    /// <summary>Queues a message and sees to it that it leaves.</summary>
    /// <param name="message">The message, shared with other connections.</param>
    /// <param name="isVolatile">Whether it may be dropped when the client is not ready to take it.</param>
    /// <param name="later">Where a write that has to be done is noted; null if it is to be done at once.</param>
    /// <returns>False if it was dropped.</returns>
    internal bool Send(OutgoingMessage message, bool isVolatile = false, FlushList? later = null)
    {
        WebSocketTransport? flush = null;
        ParkedPoll? poll = null;
        var answer = default(PollAnswer);
        lock (Gate)
        {
            if (_state is not ConnectionState.Open)
            {
                return false;
            }

            if (isVolatile && (_webSocket is null ? _poll is null : _webSocket.Backlogged))
            {
                _server.Metrics.VolatileDropped();
                return false;
            }

            if (_overflown)
            {
                return false;
            }

            if (_queue.Count > 0 && IsOverLimit(message))
            {
                _overflown = true;
            }
            else
            {
                _queue.Enqueue(message);
                message = null!;
                if (_webSocket is not null)
                {
                    flush = _webSocket.TryBeginFlush() ? _webSocket : null;
                }
                else if (_poll is not null)
                {
                    poll = _poll;
                    _poll = null;
                    answer = new PollAnswer(_queue.DequeueAll());
                }
            }
        }

        if (message is not null)
        {
            // Elsewhere: the sender may be in the middle of a broadcast, under locks that the end of a connection needs.
            ThreadPool.UnsafeQueueUserWorkItem(
                static connection =>
                    connection.Close(CloseReason.SlowConsumer, "more waited for the client than the limits allow"),
                this,
                preferLocal: false
            );
            return false;
        }

        if (flush is not null && later is not null)
        {
            later.Add(flush);
        }
        else
        {
            flush?.Flush();
        }

        poll?.TrySetResult(answer);
        return true;
    }

    /// <summary>
    /// Lets what was sent so far arrive by itself. A client that listens for one message at a time would lose the second
    /// of two that come in one read; a Node server's two writes are a turn of its event loop apart.
    /// </summary>
    internal void SendRestLater()
    {
        WebSocketTransport? resting;
        lock (Gate)
        {
            resting = _webSocket?.TryBeginFlush() is true ? _webSocket : null;
        }

        if (resting is not null)
        {
            _ = resting.FlushLaterAsync(Pause, _server.Clock.Provider);
        }
    }

    private bool IsOverLimit(OutgoingMessage message) =>
        _queue.Count >= _server.Options.MaxQueuedMessages
        || _queue.Bytes + message.Size > _server.Options.MaxQueuedBytes;

    /// <summary>The queue that a WebSocket sends. The caller holds the gate.</summary>
    internal ref OutgoingQueue QueueOf(WebSocketTransport webSocket) =>
        ref _webSocket == webSocket ? ref _queue : ref _none;

    /// <summary>Ends the connection for the program at once, and tells the client if it can still be told.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="detail">What happened, for the log and for the close frame.</param>
    /// <param name="control">What a poll that waits is answered: a close packet, or a noop if the client itself said close.</param>
    internal void Close(CloseReason reason, string? detail = null, EnginePacketType control = EnginePacketType.Close)
    {
        WebSocketTransport? flush = null;
        ParkedPoll? poll = null;
        PollAnswer answer;
        bool gone;
        lock (Gate)
        {
            if (_state is not ConnectionState.Open)
            {
                return;
            }

            ClosedBecause = reason;
            _state = ConnectionState.Closing;
            _upgrading?.Abort();
            _ = _posting?.CancelAsync();
            if (reason is CloseReason.SlowConsumer or CloseReason.Stalled or CloseReason.TransportError)
            {
                _queue.Clear();
            }

            answer = new PollAnswer([], control);
            if (_webSocket is not null)
            {
                _webSocket.SetCloseFrame(reason.WebSocketCode(), detail ?? reason.Text());
                flush = _webSocket.TryBeginFlush() ? _webSocket : null;
                gone = false;
            }
            else
            {
                answer = answer with { Messages = _queue.DequeueAll() };
                poll = _poll;
                _poll = null;

                // A poll that crosses the close on the wire still learns of it; after a fault nothing more is owed.
                gone = poll is not null || !IsFarewellOwed(reason, control);
                _farewell = gone ? null : answer;
                _state = gone ? ConnectionState.Closed : ConnectionState.Closing;
            }
        }

        poll?.TrySetResult(answer);
        flush?.Flush();
        if (gone)
        {
            _server.Remove(this);
            _wheel.Clear(_timer);
        }
        else
        {
            SetDeadline(ref _closeBy, _server.Clock.Now + (long)_server.Options.CloseTimeout.TotalMilliseconds);
        }

        if (_closed is { } closed)
        {
            _ = CancelAsync(closed);
        }

        _server.OnClosed(this, reason, detail);
    }

    /// <summary>
    /// Tells who waits for the end. They are the program's: they run on a thread of their own, not on the one that closed, which may be
    /// in the middle of a broadcast or the timer's.
    /// </summary>
    private async Task CancelAsync(CancellationTokenSource closed)
    {
#pragma warning disable CA1031 // The edge: what a callback of the program throws harms nobody else.
        try
        {
            await closed.CancelAsync();
        }
        catch (Exception e)
        {
            EngineLog.HandlerFailed(_server.Logger, e, LogId);
        }
#pragma warning restore CA1031
    }

    private static bool IsFarewellOwed(CloseReason reason, EnginePacketType control) =>
        control is EnginePacketType.Noop
        || reason
            is CloseReason.ServerClose
                or CloseReason.ServerShutdown
                or CloseReason.ConnectTimeout
                or CloseReason.PayloadTooLarge
                or CloseReason.SlowConsumer;

    /// <summary>Cuts what is left of a connection that was closed.</summary>
    private void CutOff()
    {
        WebSocketTransport? webSocket;
        lock (Gate)
        {
            _state = ConnectionState.Closed;
            _farewell = null;
            webSocket = _webSocket;
        }

        _server.Remove(this);
        webSocket?.Abort();
    }

    internal void OnWriteFailed(Exception e)
    {
        Close(CloseReason.TransportError, e.Message);
        CutOff();
    }

    /// <summary>Handles one packet of the client.</summary>
    /// <param name="packet">The packet: with its type if it is text, the bare bytes if binary.</param>
    /// <param name="isBinary">Which of the two.</param>
    private ValueTask OnPacketAsync(ReadOnlyMemory<byte> packet, bool isBinary)
    {
        if (isBinary)
        {
            OnHeard();
            return DispatchAsync(new EngineMessage(packet, true));
        }

        if (!Payload.TryParse(packet.Span, out var type, out _))
        {
            if (packet is { Length: > 0 } && packet.Span[0] == Payload.BinaryMark)
            {
                // Clients that cannot send bytes (forceBase64) send them as they would by polling.
                return OnBase64Async(packet[1..]);
            }

            Close(CloseReason.ParseError, "not an Engine.IO packet");
            return ValueTask.CompletedTask;
        }

        if (type is not EnginePacketType.Pong)
        {
            OnHeard();
        }

        switch (type)
        {
            case EnginePacketType.Message:
                return DispatchAsync(new EngineMessage(packet[1..], false));
            case EnginePacketType.Pong:
                OnPong();
                break;
            case EnginePacketType.Close:
                Close(CloseReason.TransportClose, "the client sent a close packet", EnginePacketType.Noop);
                break;
            case EnginePacketType.Ping:
                Close(CloseReason.TransportError, "the client sent a ping, which is the server's part");
                break;
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask OnBase64Async(ReadOnlyMemory<byte> base64)
    {
        var bytes = base64.ToArray();
        if (Payload.TryDecodeBinary(bytes, out var written))
        {
            return OnPacketAsync(bytes.AsMemory(0, written), isBinary: true);
        }

        Close(CloseReason.ParseError, "a binary packet that is not Base64");
        return ValueTask.CompletedTask;
    }

    private ValueTask DispatchAsync(EngineMessage message)
    {
        if (!IsOpen)
        {
            return ValueTask.CompletedTask;
        }

        _server.Metrics.Received(message.Data.Length);
#pragma warning disable CA1031 // The edge of the read loop: what a program's handler throws ends this connection and no other.
        try
        {
            var handled = _server.Handler.OnMessageAsync(this, message);
            return handled.IsCompletedSuccessfully ? handled : AwaitedAsync(handled);
        }
        catch (Exception e)
        {
            OnHandlerFailed(e);
            return ValueTask.CompletedTask;
        }
    }

    private async ValueTask AwaitedAsync(ValueTask handled)
    {
        // While the program is busy with a message the client's pongs cannot be read, which is not the client's fault.
        _busy = true;
        try
        {
            await handled;
        }
        catch (Exception e)
        {
            OnHandlerFailed(e);
        }
        finally
        {
            OnUnbusy();
        }
#pragma warning restore CA1031
    }

    private void OnHandlerFailed(Exception e)
    {
        EngineLog.HandlerFailed(_server.Logger, e, LogId);
        Close(CloseReason.ServerClose, "the program's handler failed");
    }

    /// <summary>Reads a WebSocket until it ends, and gives it back.</summary>
    private async Task ReceiveAsync(WebSocketTransport webSocket)
    {
        var messages = new WebSocketMessageReader(webSocket.Reader, _server.Options.MaxHttpBufferSize);
        try
        {
            while (true)
            {
                var result = await messages.ReadAsync();
                if (result is WebSocketRead.Message)
                {
                    await OnPacketAsync(messages.Message, messages.IsBinary);
                    messages.Release();
                }
                else if (result is WebSocketRead.TooLarge)
                {
                    Close(
                        CloseReason.PayloadTooLarge,
                        $"message larger than maxPayload ({_server.Options.MaxHttpBufferSize} bytes)"
                    );
                }
                else
                {
                    Close(CloseReason.TransportClose, messages.CloseDetail);
                    break;
                }
            }
        }
        catch (WebSocketException e) when (e.WebSocketErrorCode is not WebSocketError.ConnectionClosedPrematurely)
        {
            Close(CloseReason.TransportError, e.Message);
        }
        catch (WebSocketException)
        {
            Close(CloseReason.TransportClose, "the connection broke off");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Close(CloseReason.TransportClose, e.Message);
        }
#pragma warning disable CA1031 // The edge of the read loop; where the connection has left its request, nobody else would hear.
        catch (Exception e)
        {
            OnHandlerFailed(e);
        }
#pragma warning restore CA1031

        messages.Release();
        await LeaveAsync(webSocket);
        webSocket.Dispose();
    }
}
