using System.Net.WebSockets;

namespace Sillage.SocketIO.EngineIO;

// WebSocket, from the start or by upgrade.
public sealed partial class EngineConnection
{
    // A poll that comes when the WebSocket is open is let go only after a moment: the packet that completes the upgrade may have
    // been sent before it and be read after it, and then it is not to be answered.
    private static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(50);

    private WebSocketTransport? _upgrading;
    private bool _upgradePending;
    private bool _probed;

    /// <summary>Serves a session that begins on a WebSocket, to its end.</summary>
    internal Task ServeWebSocketAsync(WebSocketTransport webSocket)
    {
        lock (Gate)
        {
            _webSocket = webSocket;
        }

        _server.Open(this, upgrades: false);
        return ReceiveAsync(webSocket);
    }

    /// <summary>Whether this session may begin an upgrade; it has then begun.</summary>
    internal bool TryBeginUpgrade(out EngineError error)
    {
        if (CloseIfOverdue())
        {
            error = EngineError.UnknownSession;
            return false;
        }

        lock (Gate)
        {
            error = _state is ConnectionState.Open ? EngineError.BadRequest : EngineError.UnknownSession;
            if (_state is not ConnectionState.Open || _webSocket is not null || _upgradePending)
            {
                return false;
            }

            _upgradePending = true;
            return true;
        }
    }

    /// <summary>
    /// Serves a WebSocket that a polling session wants to move to: the client probes it, ends its polls, and says upgrade.
    /// Until then the session goes on by polling, and if it comes to nothing, stays there.
    /// </summary>
    internal async Task ServeUpgradeAsync(WebSocketTransport webSocket)
    {
        lock (Gate)
        {
            _upgrading = webSocket;
        }

        SetDeadline(ref _upgradeBy, _server.Clock.Now + (long)_server.Options.UpgradeTimeout.TotalMilliseconds);
        var upgraded = false;
        try
        {
            upgraded = IsOpen && await ProbeAsync(webSocket);
        }
        catch (Exception e)
            when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            EngineLog.UpgradeFailed(_server.Logger, LogId, e.Message);
        }

        if (!upgraded)
        {
            AbandonUpgrade();
            webSocket.Abort();
            await webSocket.EndAsync();
            webSocket.Dispose();
            return;
        }

        _server.Metrics.Upgraded(success: true);
        await ReceiveAsync(webSocket);
    }

    /// <summary>The upgrade came to nothing; the session goes on by polling and may try again.</summary>
    internal void AbandonUpgrade()
    {
        lock (Gate)
        {
            _upgrading = null;
            _upgradePending = false;
            _probed = false;
            _upgradeBy = Never;
        }

        _server.Metrics.Upgraded(success: false);
    }

    private async Task<bool> ProbeAsync(WebSocketTransport webSocket)
    {
        var buffer = new byte[8];
        if (!await ReceivesAsync("2probe"))
        {
            return false;
        }

        webSocket.SendNow(OutgoingMessage.Probed);
        OnProbed();
        if (!await ReceivesAsync("5"))
        {
            return false;
        }

        var flush = false;
        ParkedPoll? poll;
        lock (Gate)
        {
            if (_state is not ConnectionState.Open)
            {
                return false;
            }

            poll = _poll;
            _poll = null;
            _probed = false;

            _webSocket = webSocket;
            _upgrading = null;
            _upgradePending = false;
            _upgradeBy = Never;
            flush = _queue.Count > 0 && webSocket.TryBeginFlush();
        }

        if (flush)
        {
            webSocket.Flush();
        }

        poll?.TrySetResult(
            poll.CameDuringUpgrade ? new PollAnswer([], HasMoved: true) : new PollAnswer([], EnginePacketType.Noop)
        );
        return true;

        async Task<bool> ReceivesAsync(string packet)
        {
            var length = 0;
            while (true)
            {
                var result = await webSocket.Reader.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += result.Count;
                if (result.EndOfMessage)
                {
                    return result.MessageType is WebSocketMessageType.Text
                        && length == packet.Length
                        && System.Text.Encoding.ASCII.GetString(buffer, 0, length) == packet;
                }

                if (length == buffer.Length)
                {
                    return false;
                }
            }
        }
    }

    /// <summary>The client waits for its polls to end before it completes the upgrade: each is let go.</summary>
    private void OnProbed()
    {
        ParkedPoll? poll;
        lock (Gate)
        {
            _probed = true;
            poll = _poll;
            if (poll is { CameDuringUpgrade: false })
            {
                _poll = null;
            }
        }

        if (poll is { CameDuringUpgrade: true })
        {
            _ = ReleaseLaterAsync(poll);
        }
        else
        {
            poll?.TrySetResult(new PollAnswer([], EnginePacketType.Noop));
        }
    }

    private async Task ReleaseLaterAsync(ParkedPoll poll)
    {
        await Task.Delay(Hold, _server.Clock.Provider, CancellationToken.None);
        lock (Gate)
        {
            // An upgrade that came to nothing leaves a poll that waits like any other.
            if (_poll != poll || !_probed)
            {
                return;
            }

            _poll = null;
        }

        poll.TrySetResult(new PollAnswer([], EnginePacketType.Noop));
    }

    /// <summary>The socket has nothing more to read: what is still to be said is written, then the stream is given back.</summary>
    private async Task LeaveAsync(WebSocketTransport webSocket)
    {
        if (webSocket.Backlogged)
        {
            // Nobody reads any more; a write that waits for the client would wait for ever.
            webSocket.Abort();
        }

        await webSocket.EndAsync();
        lock (Gate)
        {
            _state = ConnectionState.Closed;
            _queue.Clear();
        }

        _wheel.Clear(_timer);
        _server.Remove(this);
    }
}
