using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Sillage.Schema;
using Sillage.Traces.Tally;
using Xunit;

namespace Sillage.Traces.Tests.Tally;

public sealed class SessionTallyTests
{
    private const long Second = 1_000_000;
    private const long Minute = 60 * Second;

    private static readonly Gen<(long Time, long Received, long? Sequence)> Trace =
        from time in Gen.Choose(0, 20)
        from received in Gen.Choose(0, 20)
        from sequence in Gen.Choose(-1, 9)
        select (time * Minute / 3, received * Minute / 2, sequence < 0 ? null : (long?)sequence);

    [Fact]
    public void However_the_traces_are_cut_into_chunks_the_tally_is_the_same()
    {
        Prop.ForAll(
                Trace.ListOf().ToArbitrary(),
                Gen.Choose(1, 5).ToArbitrary(),
                (traces, size) =>
                {
                    var whole = Of(traces);
                    var stored = new SessionTally();
                    foreach (var chunk in traces.Chunk(size))
                    {
                        // As storage does it: the new ones, with what was there added, written and read again.
                        var next = Of(chunk);
                        next.Add(stored);
                        stored = SessionTally.Of(
                            next.Count,
                            next.First,
                            next.Last,
                            next.Sequenced,
                            next.Lowest,
                            next.Highest,
                            next.Seen.ToBytes(),
                            next.Repeated.ToBytes(),
                            next.Clock.ToBytes()
                        );
                    }

                    stored.Count.ShouldBe(whole.Count);
                    (stored.First, stored.Last).ShouldBe((whole.First, whole.Last));
                    (stored.Lowest, stored.Highest).ShouldBe((whole.Lowest, whole.Highest));
                    (stored.Missing, stored.Surplus).ShouldBe((whole.Missing, whole.Surplus));
                    stored.Seen.Ranges.ShouldBe(whole.Seen.Ranges);
                    stored.Repeated.Ranges.ShouldBe(whole.Repeated.Ranges);
                    stored.Clock.ToBytes().ShouldBe(whole.Clock.ToBytes());
                }
            )
            .Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Missing_and_repeated_numbers_are_counted()
    {
        var tally = Of([.. new long?[] { 5, 6, 6, null, 9, 6 }.Select(n => (0L, 0L, n))]);
        tally.Missing.ShouldBe(2);
        tally.Surplus.ShouldBe(2);
        tally.Repeated.Ranges.ShouldBe([new NumberRange(6, 6)]);
        tally.IsIrregular.ShouldBeTrue();
        Of([.. new long?[] { 2, 1, 3 }.Select(n => (0L, 0L, n))]).IsIrregular.ShouldBeFalse();
    }

    [Fact]
    public void Numbers_that_are_no_count_do_no_harm()
    {
        var tally = Of([(0, 0, long.MinValue), (0, 0, long.MaxValue)]);
        tally.Missing.ShouldBe(SessionTally.MaximumMissing);
    }

    [Fact]
    public void The_shortest_delays_are_those_of_three_different_minutes()
    {
        Prop.ForAll(
                Trace.ListOf().ToArbitrary(),
                traces =>
                {
                    long[] delays =
                    [
                        .. traces
                            .Where(t => t.Time != t.Received)
                            .GroupBy(t => t.Received / Minute)
                            .Select(g => g.Min(t => t.Received - t.Time))
                            .Order(),
                    ];
                    var clock = Of(traces).Clock;
                    clock.Shortest.ShouldBe(delays.Length == 0 ? null : delays[0]);
                    clock.Spread.ShouldBe(delays.Length < 3 ? null : delays[2] - delays[0]);
                }
            )
            .Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void A_clock_is_confirmed_by_three_minutes_that_agree()
    {
        // An hour ahead, over a network that takes a tenth of a second and sometimes ten.
        var clock = Clock(
            Enumerable.Range(0, 10).Select(i => (-3600 * Second) + (i % 3 == 0 ? Second / 10 : 10 * Second))
        );
        var known = SenderClock.Of(clock, clock);
        known.Basis.ShouldBe(ClockBasis.Confirmed);
        known.Ahead.ShouldBe((3600 * Second) - (Second / 10));
        known.Correction.ShouldBe(-known.Ahead!.Value);
    }

    [Fact]
    public void What_waited_for_a_network_is_not_taken_for_a_clock_that_is_behind()
    {
        // Played offline, sent in one go: the delay is shorter for each trace, and all come in one minute.
        var offline = new ClockDelays();
        for (var minute = 0; minute < 60; minute++)
        {
            offline.Add(minute * Minute, 200 * Minute);
        }

        SenderClock.Of(offline, offline).ShouldBe(new SenderClock(null, ClockBasis.Unknown));
        SenderClock.Of(offline, offline).Correction.ShouldBe(0);

        // A queue that is emptied faster than it was filled, over several minutes.
        var slow = new ClockDelays();
        for (var minute = 0; minute < 60; minute++)
        {
            slow.Add(minute * Minute, (200 * Minute) + (minute * 10 * Second));
        }

        SenderClock.Of(slow, slow).Basis.ShouldBe(ClockBasis.Unknown);
    }

    [Fact]
    public void What_came_before_it_happened_tells_that_the_clock_is_ahead()
    {
        var clock = Clock([-90 * Second]);
        SenderClock.Of(clock, clock).ShouldBe(new SenderClock(90 * Second, ClockBasis.AtLeast));
        SenderClock.Of(clock, clock).Correction.ShouldBe(-90 * Second);
    }

    [Fact]
    public void A_session_that_does_not_tell_goes_by_the_participants_others()
    {
        var participant = Clock([-60 * Second, -60 * Second, -60 * Second]);
        var offline = Clock([500 * Second]);
        SenderClock.Of(offline, participant).ShouldBe(new SenderClock(60 * Second, ClockBasis.Participant));
        // Its own says that this clock was right.
        var right = Clock([Second / 20]);
        SenderClock.Of(right, participant).Basis.ShouldBe(ClockBasis.Unknown);
    }

    [Fact]
    public void An_error_that_could_be_the_networks_is_told_and_not_corrected()
    {
        var clock = Clock([-Second, -Second, -Second]);
        SenderClock.Of(clock, clock).ShouldBe(new SenderClock(Second, ClockBasis.Confirmed));
        SenderClock.Of(clock, clock).Correction.ShouldBe(0);
    }

    [Fact]
    public void A_timestamp_that_could_not_be_read_says_nothing_of_a_clock()
    {
        var clock = Clock([0, 0, 0]);
        SenderClock.Of(clock, clock).ShouldBe(default);
    }

    [Fact]
    public void A_timestamp_of_the_far_future_does_not_move_its_session()
    {
        var lastDay = Rfc3339.ToMicroseconds(new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero));
        var clock = Clock([Second / 10, Second / 10]);
        clock.Add(lastDay, Minute);
        SenderClock.Of(clock, clock).Correction.ShouldBe(0);

        var wrong = Clock([-3600 * Second, -3600 * Second, -3600 * Second]);
        wrong.Add(lastDay, Minute);
        SenderClock.Of(wrong, wrong).ShouldBe(new SenderClock(3600 * Second, ClockBasis.Confirmed));
    }

    [Fact]
    public void One_trace_alone_moves_no_other()
    {
        const long Days = 86_400 * Second;
        // A typo or a defect: half a year ahead.
        var good = Clock([Second / 10, Second / 5, Second / 10, Second / 10]);
        good.Add((180 * Days) + Minute, Minute);
        SenderClock.Of(good, good).ShouldBe(new SenderClock(-Second / 10, ClockBasis.Confirmed));

        // Too few minutes to confirm anything: then nothing is known, and nothing is corrected.
        var brief = Clock([Second / 10, Second / 5]);
        brief.Add(180 * Days, Minute);
        SenderClock.Of(brief, brief).ShouldBe(new SenderClock(null, ClockBasis.Unknown));

        // What the participant's others confirm wins over it, too, and another session's fault does not reach here.
        var alone = Clock([-180 * Days]);
        var all = Clock([Second / 10, Second / 10, Second / 10, Second / 10]);
        all.Merge(alone);
        SenderClock.Of(alone, all).ShouldBe(new SenderClock(-Second / 10, ClockBasis.Participant));
        SenderClock.Of(brief, all).Correction.ShouldBe(0);

        // Two that say the same are a clock.
        var ahead = Clock([-3600 * Second, -3590 * Second]);
        SenderClock.Of(ahead, ahead).ShouldBe(new SenderClock(3590 * Second, ClockBasis.AtLeast));
        SenderClock.Of(ahead, all).Basis.ShouldBe(ClockBasis.AtLeast);
    }

    [Fact]
    public void Clocks_are_kept_as_bytes_and_put_together_in_any_order()
    {
        var delays = Gen.Choose(-5, 60).Select(d => d * Second).ArrayOf();
        Prop.ForAll(
                delays.ToArbitrary(),
                given =>
                {
                    var whole = Clock(given);
                    var (odd, even) = (new ClockDelays(), new ClockDelays());
                    foreach (var (minute, delay) in given.Index().Reverse())
                    {
                        (minute % 2 == 0 ? even : odd).Add((minute * Minute) - delay, minute * Minute);
                    }

                    odd.Merge(ClockDelays.FromBytes(even.ToBytes()));
                    odd.ToBytes().ShouldBe(whole.ToBytes());
                    odd.Second.ShouldBe(
                        given.Where(d => d != 0).Order().Skip(1).Select(d => (long?)d).FirstOrDefault()
                    );
                }
            )
            .Check(Config.QuickThrowOnFailure);
    }

    // A trace a minute with these delays.
    private static ClockDelays Clock(IEnumerable<long> delays)
    {
        var clock = new ClockDelays();
        foreach (var (minute, delay) in delays.Index())
        {
            clock.Add((minute * Minute) - delay, minute * Minute);
        }

        return clock;
    }

    private static SessionTally Of(IEnumerable<(long Time, long Received, long? Sequence)> traces)
    {
        var tally = new SessionTally();
        foreach (var (time, received, sequence) in traces)
        {
            tally.Add(time, received, sequence);
        }

        return tally;
    }
}
