using Shouldly;
using Sillage.SocketIO.EngineIO;
using Xunit;

namespace Sillage.SocketIO.Tests.EngineIO;

public sealed class TimerWheelTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(49)]
    [InlineData(50)]
    [InlineData(51)]
    [InlineData(1024 * 50)]
    [InlineData(100_000)]
    [InlineData(600_000)]
    public void A_deadline_is_never_early_and_at_most_one_tick_late(long delay)
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(new EngineClock(time));
        var timer = new Probe();
        wheel.Set(timer, delay);
        for (; timer.FiredAt < 0 && time.Milliseconds < delay + 1000; time.Milliseconds += 10)
        {
            wheel.Advance();
        }

        timer.FiredAt.ShouldBeInRange(delay, delay + TimerWheel.LongestTick + 10);
        wheel.Count.ShouldBe(0);
    }

    [Fact]
    public void A_finer_tick_is_less_late()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(new EngineClock(time), 5);
        var timers = Enumerable.Range(0, 40).Select(_ => new Probe()).ToArray();
        for (var i = 0; i < timers.Length; i++)
        {
            wheel.Set(timers[i], i * 301);
        }

        for (; wheel.Count > 0; time.Milliseconds++)
        {
            wheel.Advance();
        }

        for (var i = 0; i < timers.Length; i++)
        {
            timers[i].FiredAt.ShouldBeInRange(i * 301, i * 301 + 5);
        }
    }

    [Fact]
    public void Deadlines_can_be_moved_and_cleared()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(new EngineClock(time));
        var moved = new Probe();
        var cleared = new Probe();
        wheel.Set(moved, 100);
        wheel.Set(cleared, 100);
        wheel.Set(moved, 500);
        wheel.Clear(cleared);
        wheel.Clear(cleared);
        for (; time.Milliseconds < 1000; time.Milliseconds += 10)
        {
            wheel.Advance();
        }

        moved.FiredAt.ShouldBeInRange(500, 560);
        cleared.FiredAt.ShouldBe(-1);
    }

    [Fact]
    public void Many_random_deadlines_all_come_in_time()
    {
        var random = new Random(1);
        var time = new ManualTime();
        using var wheel = new TimerWheel(new EngineClock(time));
        var timers = Enumerable.Range(0, 5000).Select(_ => (new Probe(), (long)random.Next(200_000))).ToArray();
        foreach (var (timer, due) in timers)
        {
            wheel.Set(timer, due);
        }

        for (; time.Milliseconds < 201_000; time.Milliseconds += random.Next(1, 120))
        {
            wheel.Advance();
        }

        foreach (var (timer, due) in timers)
        {
            timer.FiredAt.ShouldBeInRange(due, due + 2 * 120 + TimerWheel.LongestTick);
        }
    }

    [Fact]
    public void A_machine_that_slept_catches_up_at_once()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(new EngineClock(time));
        var timers = Enumerable.Range(0, 100).Select(_ => new Probe()).ToArray();
        for (var i = 0; i < timers.Length; i++)
        {
            wheel.Set(timers[i], i * 1000);
        }

        time.Milliseconds = 10_000_000;
        wheel.Advance();
        timers.ShouldAllBe(t => t.FiredAt == 10_000_000);
    }

    private sealed class Probe : WheelTimer
    {
        public long FiredAt { get; private set; } = -1;

        internal override void OnDue(long now) => FiredAt = now;
    }

    private sealed class ManualTime : TimeProvider
    {
        public long Milliseconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new NoTimer();

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
