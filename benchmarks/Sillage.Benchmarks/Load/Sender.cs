using System.Diagnostics;
using System.Net;

namespace Sillage.Benchmarks.Load;

/// <summary>One connection of a <see cref="ClosedLoop"/>: it sends, waits for the answer, counts it, and sends again.</summary>
internal sealed class Sender(IPEndPoint address, IRequests requests, Epoll epoll, int key, Window window)
{
    private const int None = -1;

    private readonly ReplyReader _reply = new();
    private int _socket = None;
    private ReadOnlyMemory<byte> _unsent;
    private bool _waitsForRoom;
    private int _traces;
    private long _started;

    public Histogram Latency { get; } = new();

    public long Requests { get; private set; }

    public long Traces { get; private set; }

    public long Acknowledged { get; private set; }

    public long Errors { get; private set; }

    public string? FirstError { get; private set; }

    /// <summary>Whether it waits for an answer.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Sends the next request.</summary>
    public void Send()
    {
        if (_socket == None)
        {
            _socket = Epoll.Connect(address);
            epoll.Add(_socket, key);
        }

        (_unsent, _traces) = requests.Next();
        _started = Stopwatch.GetTimestamp();
        IsWaiting = true;
        SendRest();
    }

    /// <summary>Goes on where the socket has something to read, or room again.</summary>
    /// <param name="buffer">For what is read.</param>
    public void GoOn(Span<byte> buffer)
    {
        if (_waitsForRoom)
        {
            SendRest();
        }

        var read = Epoll.Receive(_socket, buffer);
        try
        {
            if (read == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            if (read > 0 && _reply.Feed(buffer[..read]))
            {
                Answered();
            }
        }
        catch (IOException exception)
        {
            Failed(exception.Message);
            Close();
            SendUnlessOver();
        }
    }

    public void Close()
    {
        if (_socket != None)
        {
            Epoll.Close(_socket);
        }

        _reply.Reset();
        (_socket, _unsent, _waitsForRoom, IsWaiting) = (None, default, false, false);
    }

    // A large body does not fit into the socket's buffer at once.
    private void SendRest()
    {
        _unsent = _unsent[Epoll.SendSome(_socket, _unsent.Span)..];
        if (_waitsForRoom != !_unsent.IsEmpty)
        {
            _waitsForRoom = !_unsent.IsEmpty;
            epoll.Change(_socket, key, _waitsForRoom);
        }
    }

    private void Answered()
    {
        IsWaiting = false;
        Count(Stopwatch.GetTimestamp());
        if (_reply.Closes)
        {
            Close();
        }

        SendUnlessOver();
    }

    private void SendUnlessOver()
    {
        if (!window.IsOver)
        {
            Send();
        }
    }

    private void Count(long finished)
    {
        if (_reply.Status is < 200 or > 299)
        {
            Failed($"status {_reply.Status}");
            return;
        }

        Acknowledged += _traces;
        if (window.Holds(finished))
        {
            Requests++;
            Traces += _traces;
            Latency.Record(Stopwatch.GetElapsedTime(_started, finished));
        }
    }

    private void Failed(string error)
    {
        Errors++;
        FirstError ??= error;
    }
}
