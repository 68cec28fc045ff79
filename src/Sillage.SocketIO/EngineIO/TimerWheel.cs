namespace Sillage.SocketIO.EngineIO;

/// <summary>A deadline on a <see cref="TimerWheel"/>. One per connection, reused for each of its deadlines in turn.</summary>
internal abstract class WheelTimer
{
    internal WheelTimer? Previous;
    internal WheelTimer? Next;
    internal int Slot = -1;

    /// <summary>When it is due, in milliseconds of the wheel's clock; <see cref="long.MaxValue"/> when it is not set.</summary>
    internal long Due = long.MaxValue;

    /// <summary>Called once the deadline has passed, at most one tick late; it is not set any more.</summary>
    internal abstract void OnDue(long now);
}

/// <summary>
/// Deadlines for very many connections with one system timer: a ring of slots, each a linked list. Setting and clearing
/// cost the same however many are set. Deadlines farther away than one turn of the ring wait in their slot for their turn.
/// </summary>
internal sealed class TimerWheel : IDisposable
{
    /// <summary>The finest tick, in milliseconds.</summary>
    public const int ShortestTick = 5;

    /// <summary>The tick of a wheel whose deadlines are seconds away, in milliseconds.</summary>
    public const int LongestTick = 50;

    private const int Slots = 1024;

    private readonly Lock _gate = new();
    private readonly WheelTimer?[] _slots = new WheelTimer?[Slots];
    private readonly EngineClock _clock;
    private readonly int _tickMilliseconds;
    private readonly ITimer _timer;
    private long _tick;
    private int _count;
    private bool _ticking;

    /// <summary>Makes a wheel.</summary>
    /// <param name="clock">What tells its time.</param>
    /// <param name="tickMilliseconds">How late a deadline may be.</param>
    public TimerWheel(EngineClock clock, int tickMilliseconds = LongestTick)
    {
        _clock = clock;
        _tickMilliseconds = tickMilliseconds;
        _tick = clock.Now / tickMilliseconds;
        _timer = clock.Provider.CreateTimer(
            static wheel => ((TimerWheel)wheel!).Advance(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>How many deadlines are set.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Sets the deadline, or moves it.</summary>
    public void Set(WheelTimer timer, long due)
    {
        lock (_gate)
        {
            Remove(timer);
            if (!_ticking)
            {
                // The ring stood still while nothing was set; it goes on from the present.
                _ticking = true;
                _tick = _clock.Now / _tickMilliseconds;
                var period = TimeSpan.FromMilliseconds(_tickMilliseconds);
                _timer.Change(period, period);
            }

            // The slot is one that the ring has yet to reach, however late the deadline is.
            var tick = Math.Max(due / _tickMilliseconds + 1, _tick + 1);
            timer.Due = due;
            timer.Slot = (int)(tick % Slots);
            timer.Next = _slots[timer.Slot];
            if (timer.Next is not null)
            {
                timer.Next.Previous = timer;
            }

            _slots[timer.Slot] = timer;
            _count++;
        }
    }

    /// <summary>Clears the deadline if it is set.</summary>
    public void Clear(WheelTimer timer)
    {
        lock (_gate)
        {
            Remove(timer);
        }
    }

    /// <summary>Calls what is due by now.</summary>
    public void Advance()
    {
        List<WheelTimer>? due = null;
        var now = _clock.Now;
        lock (_gate)
        {
            var last = now / _tickMilliseconds;

            // After a long sleep of the machine one turn visits every slot; more would visit them again.
            for (_tick = Math.Max(_tick, last - Slots); _tick < last; )
            {
                _tick++;
                for (var timer = _slots[_tick % Slots]; timer is not null; )
                {
                    var next = timer.Next;
                    if (timer.Due <= now)
                    {
                        Remove(timer);
                        (due ??= []).Add(timer);
                    }

                    timer = next;
                }
            }

            if (_count == 0 && _ticking)
            {
                _ticking = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        for (var i = 0; i < due?.Count; i++)
        {
            due[i].OnDue(now);
        }
    }

    private void Remove(WheelTimer timer)
    {
        if (timer.Slot < 0)
        {
            return;
        }

        if (timer.Previous is null)
        {
            _slots[timer.Slot] = timer.Next;
        }
        else
        {
            timer.Previous.Next = timer.Next;
        }

        if (timer.Next is not null)
        {
            timer.Next.Previous = timer.Previous;
        }

        timer.Previous = null;
        timer.Next = null;
        timer.Slot = -1;
        timer.Due = long.MaxValue;
        _count--;
    }

    public void Dispose() => _timer.Dispose();
}

/// <summary>Milliseconds that only go forward.</summary>
internal sealed class EngineClock(TimeProvider provider)
{
    private readonly long _start = provider.GetTimestamp();

    public TimeProvider Provider => provider;

    /// <summary>Milliseconds since the clock was made.</summary>
    public long Now => (long)provider.GetElapsedTime(_start).TotalMilliseconds;
}
