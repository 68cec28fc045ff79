using System.Buffers.Text;
using System.Diagnostics;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.SocketIO.Clients;

/// <summary>
/// Broadcasts that clients ask for, with a number in each, so that every delivery is known by its broadcast and timed from
/// when that was sent.
/// </summary>
internal sealed class Broadcasts
{
    private const int TextLength = 200;
    private const int NumberLength = 10;
    private const int Ring = 1 << 16;
    private const int NumberOffset = 11;

    // While more than this are on their way the client looks only now and then. Each send would else wake it, at the sender's
    // cost too: a client on a machine of its own costs the server nothing.
    private const int Many = 50;
    private static readonly TimeSpan Breath = TimeSpan.FromMicroseconds(100);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly Crowd _crowd;
    private readonly Place[] _places;
    private readonly long[] _sentAt = new long[Ring];
    private readonly int[] _missing = new int[Ring];
    private readonly int[] _placeOf = new int[Ring];
    private long _next;
    private long _now;

    public Broadcasts(Crowd crowd, IEnumerable<(int Sender, string Room, int Members)> places)
    {
        _crowd = crowd;
        _places = [.. places.Select(place => new Place(place.Sender, place.Room, place.Members))];
    }

    /// <summary>Whether a broadcast that has reached all is followed by the next one from the same place.</summary>
    public bool IsClosedLoop { get; set; }

    /// <summary>Whether deliveries count.</summary>
    public bool IsCounting { get; set; }

    public long Deliveries { get; private set; }

    public long Completed { get; private set; }

    /// <summary>Deliveries of all the broadcasts that were sent, counted or not, which have not come yet.</summary>
    public long Outstanding { get; private set; }

    public Histogram Latency { get; private set; } = new();

    /// <summary>Begins to count anew.</summary>
    public void Reset()
    {
        (Deliveries, Completed, Latency) = (0, 0, new Histogram());
        IsCounting = true;
    }

    /// <summary>Sends the first broadcast of every place.</summary>
    public void Start()
    {
        for (var i = 0; i < _places.Length; i++)
        {
            Send(i, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Sends a broadcast from a place.</summary>
    /// <param name="place">Which.</param>
    /// <param name="meant">When it should have left: what its deliveries are timed from.</param>
    public void Send(int place, long meant)
    {
        var number = _next++;
        var entry = (int)(number % Ring);
        if (_missing[entry] != 0)
        {
            throw new InvalidOperationException($"Broadcast {number - Ring} never reached everybody.");
        }

        var (sender, _, members) = _places[place];
        (_sentAt[entry], _placeOf[entry]) = (meant, place);
        Outstanding += members;
        _missing[entry] = members;
        _crowd.Send(sender, _places[place].Frame(number));
    }

    /// <summary>Reads what has come, or waits for something to come.</summary>
    public void Poll(TimeSpan patience)
    {
        _now = 0;
        if (IsClosedLoop && Outstanding > Many)
        {
            Native.SleepUntil(Stopwatch.GetTimestamp() + Breath.Ticks * 100);
        }

        _crowd.Poll(patience, Hear);
        if (_crowd.Lost > 0)
        {
            throw new InvalidOperationException($"The server ended {_crowd.Lost} connections.");
        }
    }

    /// <summary>Reads until the given moment.</summary>
    public void PollUntil(long timestamp)
    {
        while (timestamp - Stopwatch.GetTimestamp() is > 0 and var left)
        {
            // A stopwatch's tick is a nanosecond on Linux.
            Poll(TimeSpan.FromTicks(Math.Clamp(left / 100, 1, Glance.Ticks)));
        }
    }

    /// <summary>Reads until everything that was sent has come.</summary>
    public void Drain(TimeSpan patience)
    {
        IsClosedLoop = false;
        var started = Stopwatch.GetTimestamp();
        while (Outstanding > 0)
        {
            Poll(Glance);
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                throw new InvalidOperationException($"{Outstanding} deliveries never came.");
            }
        }
    }

    // 42["said","0000000001xxx…"]
    private void Hear(int member, ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text.Slice(NumberOffset, NumberLength), out long number, out _))
        {
            throw new InvalidOperationException("Not a broadcast of ours.");
        }

        var entry = (int)(number % Ring);
        if (IsCounting)
        {
            // Deliveries that are read in one go came at the same moment.
            _now = _now == 0 ? Stopwatch.GetTimestamp() : _now;
            Deliveries++;
            Latency.Record(Stopwatch.GetElapsedTime(_sentAt[entry], Math.Max(_now, _sentAt[entry])));
        }

        Outstanding--;
        if (--_missing[entry] == 0)
        {
            Completed++;
            if (IsClosedLoop)
            {
                Send(_placeOf[entry], Stopwatch.GetTimestamp());
            }
        }
    }

    private sealed class Place(int sender, string room, int members)
    {
        private readonly byte[] _frame = ClientFrame.Text(
            $"42[\"say\",\"{room}\",\"{new string('0', NumberLength)}{new string('x', TextLength - NumberLength)}\"]"
        );

        public byte[] Frame(long number)
        {
            number.TryFormat(_frame.AsSpan(_frame.Length - 2 - TextLength, NumberLength), out _, "D10");
            return _frame;
        }

        public void Deconstruct(out int from, out string where, out int count) =>
            (from, where, count) = (sender, room, members);
    }
}
