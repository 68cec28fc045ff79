using Shouldly;

namespace Sillage.RabbitMq.Tests;

public sealed class StallWatchTests
{
    private readonly StallWatch _watch = new();

    [Fact]
    public void What_waits_and_does_not_come_three_looks_long_is_hopeless()
    {
        _watch.Look(waiting: 5, received: 7, inHand: 0).ShouldBeFalse();
        _watch.Look(5, 7, 0).ShouldBeTrue();
        _watch.Look(6, 7, 0).ShouldBeTrue();
        _watch.IsHopeless.ShouldBeFalse();
        _watch.Look(6, 7, 0).ShouldBeTrue();
        _watch.IsHopeless.ShouldBeTrue();
    }

    [Theory]
    [InlineData(5, 8, 0)] // some came
    [InlineData(5, 7, 3)] // some are on their way into the inbox
    [InlineData(4, 7, 0)] // another copy takes them
    [InlineData(0, 7, 0)] // nothing waits
    public void What_gets_on_is_not(long waiting, long received, long inHand)
    {
        for (var look = 0; look < 3; look++)
        {
            _watch.Look(5, 7, 0);
            _watch.Look(waiting, received, inHand).ShouldBeFalse();
            _watch.IsHopeless.ShouldBeFalse();
        }
    }
}
