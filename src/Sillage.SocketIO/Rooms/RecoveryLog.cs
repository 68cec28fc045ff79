using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Sillage.SocketIO.Codec;
using Sillage.SocketIO.EngineIO;

namespace Sillage.SocketIO.Rooms;

/// <summary>What is kept of a client that lost its connection.</summary>
/// <param name="Id">The socket's id.</param>
/// <param name="RecoveryId">The secret that the client comes back with.</param>
/// <param name="Rooms">The rooms that it was in.</param>
/// <param name="User">Who it is, where the program found out more than the host; else null.</param>
/// <param name="Data">What the program kept with it.</param>
/// <param name="Start">The first event of the log that was meant for it, for a client that received none.</param>
internal sealed record RecoverySession(
    string Id,
    string RecoveryId,
    KeptRoom[] Rooms,
    ClaimsPrincipal? User,
    IDictionary<string, object?>? Data,
    long Start
)
{
    /// <summary>Whether it was in a room when an event was sent.</summary>
    public bool WasIn(string room, long number)
    {
        if (room == Id)
        {
            return true;
        }

        foreach (var kept in Rooms)
        {
            if (kept.Name == room)
            {
                return kept.Since <= number;
            }
        }

        return false;
    }
}

/// <summary>A room that a client is in.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Since">The first event of the log that was sent after it had come in; 0 where there is no log.</param>
internal readonly record struct KeptRoom(string Name, long Since);

/// <summary>
/// The recent events of a namespace and the clients that are away. Each event has a number, sent as its last argument;
/// a client that comes back names the last one that it has.
/// </summary>
internal sealed class RecoveryLog(SocketIOOptions settings, RecoveryOptions options, EngineClock clock)
{
    // What is sent at once may be half of what may wait: room is left for what is sent while the client catches up.
    private readonly int _mostMissed = settings.MaxQueuedMessages / 2;
    private readonly long _mostMissedBytes = settings.MaxQueuedBytes / 2;

    private readonly Lock _gate = new();
    private readonly Queue<Entry> _entries = new();
    private readonly Dictionary<string, (RecoverySession Session, long Until)> _sessions = new(StringComparer.Ordinal);
    private readonly Queue<(string RecoveryId, long Until)> _departures = new();
    private readonly long _keepMilliseconds = (long)options.MaxDisconnection.TotalMilliseconds;
    private long _next = 1;
    private long _bytes;

    private readonly record struct Entry(long Number, OutgoingMessage Message, Selection Selection, long At);

    /// <summary>The number that the next event gets.</summary>
    public long Next
    {
        get
        {
            lock (_gate)
            {
                return _next;
            }
        }
    }

    /// <summary>
    /// Gives an event its number, keeps it and sends it, in one step: clients see the numbers in their order, which
    /// is what they count on when they name the last one. One that may be lost is not kept and has the number of the last that was.
    /// </summary>
    public void Append(
        Selection selection,
        bool isKept,
        Func<LogOffset, OutgoingMessage> encode,
        Action<OutgoingMessage> send
    )
    {
        lock (_gate)
        {
            if (!isKept)
            {
                send(encode(new LogOffset(_next - 1, IsKept: false)));
                return;
            }

            // What cannot be encoded takes no number: a gap would keep everybody from recovering.
            var number = _next;
            var message = encode(new LogOffset(number, IsKept: true));
            _next++;
            var now = clock.Now;
            _entries.Enqueue(new Entry(number, message, selection, now));
            _bytes += message.Size;
            Trim(now);
            send(message);
        }
    }

    /// <summary>Lets a client enter a room between two events; it is told the number that the next one gets.</summary>
    public bool Join(Func<long, bool> join)
    {
        lock (_gate)
        {
            return join(_next);
        }
    }

    /// <summary>Remembers a client that lost its connection.</summary>
    /// <param name="leave">Takes it out of the namespace; gives nothing if it was out already.</param>
    public void Save(Func<RecoverySession?> leave)
    {
        lock (_gate)
        {
            if (leave() is not { } session)
            {
                return;
            }

            var now = clock.Now;
            var until = now + _keepMilliseconds;
            _sessions[session.RecoveryId] = (session, until);
            _departures.Enqueue((session.RecoveryId, until));
            Trim(now);
        }
    }

    /// <summary>Takes a client up where it was.</summary>
    /// <param name="auth">What it sent to connect.</param>
    /// <param name="resume">
    /// Lets it in; called with what it missed, before any event that comes later. False if it has gone again: it may then come back
    /// once more.
    /// </param>
    public RecoveryOutcome TryResume(JsonElement auth, Func<RecoverySession, List<OutgoingMessage>, bool> resume)
    {
        if (
            auth.ValueKind is not JsonValueKind.Object
            || !auth.TryGetProperty("pid", out var pid)
            || pid.ValueKind is not JsonValueKind.String
        )
        {
            return RecoveryOutcome.NotAsked;
        }

        lock (_gate)
        {
            Trim(clock.Now);
            if (!_sessions.Remove(pid.GetString()!, out var saved))
            {
                return RecoveryOutcome.UnknownSession;
            }

            var session = saved.Session;
            var first = session.Start;
            if (auth.TryGetProperty("offset", out var offset) && offset.ValueKind is JsonValueKind.String)
            {
                if (
                    !long.TryParse(offset.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                    || last >= _next
                )
                {
                    return RecoveryOutcome.OffsetTooOld;
                }

                // A client may name an offset of an earlier session, or make one up: what was before this one is not its own.
                first = Math.Max(last + 1, session.Start);
            }

            if (first < _next && (_entries.Count == 0 || _entries.Peek().Number > first))
            {
                return RecoveryOutcome.OffsetTooOld;
            }

            var missed = new List<OutgoingMessage>();
            var bytes = 0L;
            foreach (var entry in _entries)
            {
                if (entry.Number >= first && IsFor(entry, session))
                {
                    missed.Add(entry.Message);
                    bytes += entry.Message.Size;
                }
            }

            if (missed.Count > _mostMissed || bytes > _mostMissedBytes)
            {
                return RecoveryOutcome.MissedTooMuch;
            }

            if (!resume(session, missed))
            {
                _sessions[session.RecoveryId] = saved;
            }

            return RecoveryOutcome.Recovered;
        }
    }

    private static bool IsFor(Entry entry, RecoverySession session)
    {
        var (rooms, except) = entry.Selection;
        return (rooms.Length == 0 || rooms.Any(r => session.WasIn(r, entry.Number)))
            && !except.Any(r => session.WasIn(r, entry.Number));
    }

    private void Trim(long now)
    {
        while (
            _entries.TryPeek(out var oldest)
            && (
                oldest.At + _keepMilliseconds < now
                || _entries.Count > options.MaxEvents
                || _bytes > options.MaxBytes && _entries.Count > 1
            )
        )
        {
            _bytes -= oldest.Message.Size;
            _entries.Dequeue();
        }

        while (
            _departures.TryPeek(out var departure)
            && (departure.Until <= now || _departures.Count > options.MaxSessions)
        )
        {
            _departures.Dequeue();

            // The same client may have come back and left again since.
            if (_sessions.TryGetValue(departure.RecoveryId, out var saved) && saved.Until == departure.Until)
            {
                _sessions.Remove(departure.RecoveryId);
            }
        }
    }
}
