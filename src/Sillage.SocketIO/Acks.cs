using Sillage.SocketIO.Backplane;
using Sillage.SocketIO.EngineIO;

namespace Sillage.SocketIO;

/// <summary>An emit did not get what it asked for.</summary>
/// <param name="message">What happened.</param>
public sealed class SocketIOException(string message) : Exception(message);

/// <summary>Waits for acknowledgements of one emit.</summary>
internal abstract class AckSink(TimerWheel wheel, long id) : WheelTimer
{
    public long Id => id;

    public abstract void OnAck(ClientSocket socket, EventArguments arguments);

    public abstract void OnGone(ClientSocket socket);

    public void Start(long due) => wheel.Set(this, due);

    protected void Stop() => wheel.Clear(this);
}

/// <summary>The acknowledgement of one client.</summary>
internal sealed class SingleAck(TimerWheel wheel, long id, ClientSocket socket) : AckSink(wheel, id)
{
    private readonly TaskCompletionSource<EventArguments> _answer = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    public Task<EventArguments> Answer => _answer.Task;

    public override void OnAck(ClientSocket socket, EventArguments arguments)
    {
        Stop();
        _answer.TrySetResult(arguments);
    }

    public override void OnGone(ClientSocket socket)
    {
        Stop();
        _answer.TrySetException(new SocketIOException("The socket was disconnected before it acknowledged."));
    }

    internal override void OnDue(long now)
    {
        socket.ForgetAck(Id);
        _answer.TrySetException(new TimeoutException("The client did not acknowledge in time."));
    }
}

/// <summary>The acknowledgements of all the receivers of a broadcast, in this process and in others.</summary>
internal sealed class BroadcastAck(TimerWheel wheel, long id, SocketIOServer server)
    : AckSink(wheel, id),
        IBackplaneAnswers
{
    private readonly Lock _gate = new();
    private readonly HashSet<ClientSocket> _waiting = [];
    private readonly List<EventArguments> _answers = [];
    private readonly TaskCompletionSource<BroadcastAnswers> _done = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private bool _sealed;
    private int _gone;

    // Other processes that have yet to tell how many clients they have, and those clients that have yet to answer.
    private int _processes;
    private int _elsewhere;

    public Task<BroadcastAnswers> Answers => _done.Task;

    public void Expect(ClientSocket socket)
    {
        lock (_gate)
        {
            _waiting.Add(socket);
        }
    }

    /// <summary>Other processes are asked as well: <see cref="OnProcesses"/> will be called.</summary>
    public void ExpectOthers() => _processes = 1;

    /// <summary>All receivers of this process are known.</summary>
    public void Seal()
    {
        lock (_gate)
        {
            _sealed = true;
            CompleteIfDone();
        }
    }

    public override void OnAck(ClientSocket socket, EventArguments arguments)
    {
        lock (_gate)
        {
            if (_waiting.Remove(socket))
            {
                _answers.Add(arguments);
                CompleteIfDone();
            }
        }
    }

    public override void OnGone(ClientSocket socket)
    {
        lock (_gate)
        {
            if (_waiting.Remove(socket))
            {
                _gone++;
                CompleteIfDone();
            }
        }
    }

    public void OnProcesses(int count)
    {
        lock (_gate)
        {
            _processes += count - 1;
            CompleteIfDone();
        }
    }

    public void OnClients(int count)
    {
        lock (_gate)
        {
            _processes--;
            _elsewhere += count;
            CompleteIfDone();
        }
    }

    public void OnAnswer(BackplaneEvent arguments)
    {
        var answer = server.ArgumentsOf(arguments, isEvent: false);
        lock (_gate)
        {
            _elsewhere--;
            if (answer is null)
            {
                _gone++;
            }
            else
            {
                _answers.Add(answer);
            }

            CompleteIfDone();
        }
    }

    internal override void OnDue(long now)
    {
        lock (_gate)
        {
            foreach (var socket in _waiting)
            {
                socket.ForgetAck(Id);
            }

            _done.TrySetResult(new BroadcastAnswers([.. _answers], _waiting.Count + _gone + Math.Max(0, _elsewhere)));
        }
    }

    private void CompleteIfDone()
    {
        if (
            _sealed
            && _waiting.Count == 0
            && _processes <= 0
            && _elsewhere <= 0
            && _done.TrySetResult(new BroadcastAnswers([.. _answers], _gone))
        )
        {
            Stop();
        }
    }
}

/// <summary>The acknowledgements of clients of this process to a broadcast of another one.</summary>
internal sealed class RelayedAck(TimerWheel wheel, long id, Action<EventArguments> answer) : AckSink(wheel, id)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ClientSocket> _waiting = [];

    public void Expect(ClientSocket socket)
    {
        lock (_gate)
        {
            _waiting.Add(socket);
        }
    }

    public override void OnAck(ClientSocket socket, EventArguments arguments)
    {
        OnGone(socket);
        answer(arguments);
    }

    public override void OnGone(ClientSocket socket)
    {
        lock (_gate)
        {
            _waiting.Remove(socket);
            if (_waiting.Count == 0)
            {
                Stop();
            }
        }
    }

    internal override void OnDue(long now)
    {
        lock (_gate)
        {
            foreach (var socket in _waiting)
            {
                socket.ForgetAck(Id);
            }
        }
    }
}

/// <summary>What the receivers of a broadcast acknowledged.</summary>
/// <param name="Answers">The acknowledgements that came in time, in the order in which they came.</param>
/// <param name="Missing">How many receivers left or did not answer in time. Those of a process that never told its number are not counted.</param>
public sealed record BroadcastAnswers(IReadOnlyList<EventArguments> Answers, int Missing);
