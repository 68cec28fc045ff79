using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Sillage.Gateway.Copies;
using Xunit;

namespace Sillage.Gateway.Tests.Copies;

public sealed class BreakerTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _clock = new();
    private readonly Breaker _breaker;

    public BreakerTests() => _breaker = new Breaker(3, Pause, _clock);

    [Fact]
    public void It_opens_after_so_many_failures_in_a_row()
    {
        Fail().ShouldBeFalse();
        Fail().ShouldBeFalse();
        _breaker.Succeed();
        Fail().ShouldBeFalse();
        Fail().ShouldBeFalse();
        _breaker.IsClosed.ShouldBeTrue();

        Fail().ShouldBeTrue();

        _breaker.IsClosed.ShouldBeFalse();
        Fail().ShouldBeFalse();
    }

    [Fact]
    public void Where_nobody_listens_once_is_enough()
    {
        _breaker.Fail(isTrial: false, isGone: true, () => false).ShouldBeTrue();
        _breaker.IsClosed.ShouldBeFalse();
    }

    [Fact]
    public void It_stays_closed_where_too_many_are_left_out()
    {
        for (var i = 0; i < 10; i++)
        {
            _breaker.Fail(isTrial: false, isGone: false, () => false).ShouldBeFalse();
        }

        _breaker.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public void One_trial_at_a_time_and_its_outcome_decides()
    {
        Open();
        _breaker.TryTrial().ShouldBeFalse();
        _clock.Advance(Pause);
        _breaker.TryTrial().ShouldBeTrue();
        _breaker.TryTrial().ShouldBeFalse();

        // What was under way before has no say.
        Fail();
        _breaker.TryTrial().ShouldBeFalse();
        _breaker.Fail(isTrial: true, isGone: false, () => false);

        // The second pause is twice the first.
        _clock.Advance(Pause);
        _breaker.TryTrial().ShouldBeFalse();
        _clock.Advance(Pause);
        _breaker.TryTrial().ShouldBeTrue();
        _breaker.Succeed();
        _breaker.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public void A_trial_whose_client_left_is_another_ones()
    {
        Open();
        _clock.Advance(Pause);
        _breaker.TryTrial().ShouldBeTrue();

        _breaker.Leave();

        _breaker.IsClosed.ShouldBeFalse();
        _breaker.TryTrial().ShouldBeTrue();
    }

    private bool Fail() => _breaker.Fail(isTrial: false, isGone: false, () => true);

    private void Open()
    {
        for (var i = 0; i < 3; i++)
        {
            Fail();
        }
    }
}
