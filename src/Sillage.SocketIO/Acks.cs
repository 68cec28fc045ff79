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

/// <summary>The acknowledgements of all the receivers of a broadcast.</summary>
internal sealed class BroadcastAck(TimerWheel wheel, long id) : AckSink(wheel, id)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ClientSocket> _waiting = [];
    private readonly List<EventArguments> _answers = [];
    private readonly TaskCompletionSource<BroadcastAnswers> _done = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private bool _sealed;
    private int _gone;

    public Task<BroadcastAnswers> Answers => _done.Task;

    public void Expect(ClientSocket socket)
    {
        lock (_gate)
        {
            _waiting.Add(socket);
        }
    }

    /// <summary>All receivers are known.</summary>
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

    internal override void OnDue(long now)
    {
        lock (_gate)
        {
            foreach (var socket in _waiting)
            {
                socket.ForgetAck(Id);
            }

            _done.TrySetResult(new BroadcastAnswers([.. _answers], _waiting.Count + _gone));
        }
    }

    private void CompleteIfDone()
    {
        if (_sealed && _waiting.Count == 0 && _done.TrySetResult(new BroadcastAnswers([.. _answers], _gone)))
        {
            Stop();
        }
    }
}

/// <summary>What the receivers of a broadcast acknowledged.</summary>
/// <param name="Answers">The acknowledgements that came in time, in the order in which they came.</param>
/// <param name="Missing">How many receivers left or did not answer in time.</param>
public sealed record BroadcastAnswers(IReadOnlyList<EventArguments> Answers, int Missing);
