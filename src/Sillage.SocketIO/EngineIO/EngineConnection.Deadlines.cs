namespace Sillage.SocketIO.EngineIO;

// The heartbeat and the other deadlines. Each is a moment on the server's clock; one timer stands at the earliest. They
// are looked at again whenever a request of the session comes in, so that the timer's coarseness never shows.
public sealed partial class EngineConnection
{
    private const long Never = long.MaxValue;

    // A ping this much later than planned means that the process slept; the client is then given its full time.
    private const long LateMilliseconds = 4 * TimerWheel.LongestTick;

    private long _pingAt;
    private long _pongBy = Never;
    private long _upgradeBy = Never;
    private long _stalledBy = Never;
    private long _joinBy = Never;
    private long _closeBy = Never;
    private bool _pongExtended;
    private volatile bool _busy;
    private long _progressAt = Never;

    /// <summary>Closes the connection unless it is told otherwise by then.</summary>
    internal void SetJoinDeadline(TimeSpan delay) =>
        SetDeadline(ref _joinBy, _server.Clock.Now + (long)delay.TotalMilliseconds);

    /// <summary>The client did what it had to do in time.</summary>
    internal void ClearJoinDeadline() => Volatile.Write(ref _joinBy, Never);

    /// <summary>Starts the heartbeat.</summary>
    internal void StartDeadlines() => Reschedule();

    internal void OnBacklog(bool backlogged)
    {
        if (backlogged)
        {
            SetDeadline(ref _stalledBy, _server.Clock.Now + (long)_server.Options.StallTimeout.TotalMilliseconds);
        }
        else
        {
            Volatile.Write(ref _stalledBy, Never);
        }
    }

    /// <summary>Whether the client has missed its heartbeat; the connection is then closed, as it is if nothing was joined in time.</summary>
    private bool CloseIfOverdue()
    {
        var now = _server.Clock.Now;
        bool isLost;
        lock (Gate)
        {
            if (_state is not ConnectionState.Open)
            {
                return false;
            }

            var deadline = _pongBy == Never ? _pingAt + _server.PingTimeoutMilliseconds : _pongBy;
            isLost = !_busy && now >= deadline;
            if (!isLost && now < Volatile.Read(ref _joinBy))
            {
                return false;
            }
        }

        if (isLost)
        {
            Close(CloseReason.PingTimeout, "no pong in time");
        }
        else
        {
            Close(CloseReason.ConnectTimeout, "no namespace was joined in time");
        }

        return isLost;
    }

    private void OnPong()
    {
        lock (Gate)
        {
            _pongBy = Never;
            _pingAt = _server.Clock.Now + _server.PingIntervalMilliseconds;
        }

        Reschedule();
    }

    /// <summary>
    /// Something other than the pong arrived: the client lives, but is perhaps behind with a large upload. The wait for its
    /// pong starts anew, once.
    /// </summary>
    private void OnHeard()
    {
        lock (Gate)
        {
            if (_pongBy != Never && !_pongExtended)
            {
                _pongExtended = true;
                _pongBy = _server.Clock.Now + _server.PingTimeoutMilliseconds;
            }
        }
    }

    /// <summary>
    /// What keeps the connection from being read gets on, and is to get on again within a heartbeat: else nobody knows any more
    /// whether the client is there.
    /// </summary>
    internal void OnProgress() => Volatile.Write(ref _progressAt, _server.Clock.Now);

    private bool IsStuck(long now) =>
        _busy
        && now - Volatile.Read(ref _progressAt) >= _server.PingIntervalMilliseconds + _server.PingTimeoutMilliseconds;

    private void OnUnbusy()
    {
        lock (Gate)
        {
            _busy = false;
            _progressAt = Never;
            if (_pongBy != Never)
            {
                _pongBy = _server.Clock.Now + _server.PingTimeoutMilliseconds;
            }
        }
    }

    private void OnDue(long now)
    {
        var ping = false;
        var cut = false;
        CloseReason? reason = null;
        string? detail = null;
        lock (Gate)
        {
            if (_state is ConnectionState.Closing)
            {
                cut = now >= _closeBy;
            }
            else if (_state is ConnectionState.Closed)
            {
                return;
            }
            else if (now >= _stalledBy)
            {
                (reason, detail) = (CloseReason.Stalled, "the client took nothing for the stall timeout");
            }
            else if (now >= _joinBy)
            {
                (reason, detail) = (CloseReason.ConnectTimeout, "no namespace was joined in time");
            }
            else if (now >= _pongBy && IsStuck(now))
            {
                (reason, detail) = (
                    CloseReason.PingTimeout,
                    "its events were not handled, so that no pong could be read"
                );
            }
            else if (now >= _pongBy && !_busy)
            {
                (reason, detail) = (CloseReason.PingTimeout, "no pong in time");
            }
            else
            {
                if (now >= _pongBy)
                {
                    _pongBy = now + _server.PingTimeoutMilliseconds;
                }

                if (now >= _upgradeBy)
                {
                    _upgradeBy = Never;
                    _upgrading?.Abort();
                }

                if (_pongBy == Never && now >= _pingAt)
                {
                    ping = true;
                    _pongExtended = false;

                    // Only where the ping leaves now: one that waits for a poll is late by the client's doing.
                    var isLate = now - _pingAt > LateMilliseconds && (_webSocket is not null || _poll is not null);
                    _pongBy = _server.PingTimeoutMilliseconds + (isLate ? now : _pingAt);
                }
            }
        }

        if (cut)
        {
            CutOff();
            return;
        }

        if (reason is not null)
        {
            Close(reason.Value, detail);
        }

        if (ping)
        {
            Send(OutgoingMessage.Ping);
        }

        Reschedule();
    }

    private void SetDeadline(ref long field, long due)
    {
        Volatile.Write(ref field, due);
        Reschedule();
    }

    private void Reschedule()
    {
        lock (Gate)
        {
            if (_state is ConnectionState.Closed)
            {
                return;
            }

            var due =
                _state is ConnectionState.Closing
                    ? _closeBy
                    : Math.Min(
                        Math.Min(_pongBy == Never ? _pingAt : _pongBy, Volatile.Read(ref _upgradeBy)),
                        Math.Min(Volatile.Read(ref _stalledBy), Volatile.Read(ref _joinBy))
                    );

            // A timer that stands too early is moved when it goes off; moving it at every pong would cost more.
            if (due < _timer.Due)
            {
                _wheel.Set(_timer, due);
            }
        }
    }

    private sealed class ConnectionTimer(EngineConnection connection) : WheelTimer
    {
        internal override void OnDue(long now) => connection.OnDue(now);
    }
}
