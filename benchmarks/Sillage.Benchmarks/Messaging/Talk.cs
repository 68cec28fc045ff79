using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.SocketIO.Clients;

namespace Sillage.Benchmarks.Messaging;

/// <summary>
/// Messages that people send, each when the one before of the same place is acknowledged and has reached all: timed from the send to the
/// acknowledgement, and to the last of those who hear it.
/// </summary>
internal sealed class Talk
{
    private const int TextLength = 200;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly Crowd _crowd;
    private readonly Place[] _places;
    private readonly string _run = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private long _sent;
    private bool _isEnding;

    public Talk(Crowd crowd, string ns, IEnumerable<(int Sender, string Room, int Members)> places)
    {
        _crowd = crowd;
        _places = [.. places.Select(place => new Place(ns, place.Sender, place.Room, place.Members))];
    }

    public long Acknowledged { get; private set; }

    public long Deliveries { get; private set; }

    public Histogram ToAck { get; private set; } = new();

    public Histogram ToLast { get; private set; } = new();

    public void Reset() => (Acknowledged, Deliveries, ToAck, ToLast) = (0, 0, new Histogram(), new Histogram());

    public void Start()
    {
        for (var i = 0; i < _places.Length; i++)
        {
            Send(i);
        }
    }

    public void PollUntil(long timestamp)
    {
        while (timestamp - Stopwatch.GetTimestamp() is > 0 and var left)
        {
            // A stopwatch's tick is a nanosecond on Linux.
            _crowd.Poll(TimeSpan.FromTicks(Math.Clamp(left / 100, 1, Glance.Ticks)), Hear);
        }
    }

    /// <summary>Waits for what is on its way.</summary>
    public void Drain(TimeSpan patience)
    {
        _isEnding = true;
        var started = Stopwatch.GetTimestamp();
        while (Array.Exists(_places, place => place.IsUnderWay))
        {
            _crowd.Poll(Glance, Hear);
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                var missing = _places.Where(place => place.IsUnderWay).ToList();
                throw new InvalidOperationException(
                    $"{missing.Count(place => !place.IsAcknowledged)} messages were never acknowledged, {missing.Sum(place => place.Missing)} never delivered."
                );
            }
        }
    }

    private void Send(int index)
    {
        var place = _places[index];
        place.Begin(Stopwatch.GetTimestamp());
        _crowd.Send(place.Sender, place.Frame(index, $"{_run}-{_sent++}"));
    }

    // 43/chat,17[{…}] for the acknowledgement of place 17, 42/chat,["message:new",{… "#0000000017#xxx…" …}] for what it sent.
    private void Hear(int member, ReadOnlySpan<byte> text)
    {
        var isAck = text.StartsWith("43"u8);
        var at = isAck ? text.IndexOf((byte)'[') : text.IndexOf("\"#"u8);
        if (at < 0)
        {
            return;
        }

        int index;
        if (isAck)
        {
            var start = text[..at].LastIndexOf((byte)',') is >= 0 and var comma ? comma + 1 : 2;
            if (!Utf8Parser.TryParse(text[start..at], out index, out _) || text[at..].IndexOf("\"seq\""u8) < 0)
            {
                throw new InvalidOperationException($"Refused: {System.Text.Encoding.UTF8.GetString(text)}");
            }
        }
        else if (!Utf8Parser.TryParse(text[(at + 2)..], out index, out _))
        {
            return;
        }

        var place = _places[index];
        var since = Stopwatch.GetElapsedTime(place.SentAt);
        if (isAck)
        {
            place.IsAcknowledged = true;
            Acknowledged++;
            ToAck.Record(since);
        }
        else
        {
            Deliveries++;
            if (--place.Missing == 0)
            {
                ToLast.Record(since);
            }
        }

        if (!place.IsUnderWay && !_isEnding)
        {
            Send(index);
        }
    }

    private sealed class Place(string ns, int sender, string room, int members)
    {
        private readonly string _text = new('x', TextLength);
        private readonly string _room =
            room.Length > 0 && char.IsAsciiDigit(room[0]) && room.Length < 12 ? room : $"\"{room}\"";

        public int Sender => sender;

        public long SentAt { get; private set; }

        public bool IsAcknowledged { get; set; } = true;

        public int Missing { get; set; }

        public bool IsUnderWay => !IsAcknowledged || Missing > 0;

        public void Begin(long now) => (SentAt, IsAcknowledged, Missing) = (now, false, members);

        public byte[] Frame(int index, string clientId) =>
            ClientFrame.Text(
                $"42{ns}{index}[\"message:send\",{{\"room\":{_room},\"clientId\":\"{clientId}\",\"text\":\"#{index:D10}#{_text}\"}}]"
            );
    }
}
