using System.Net;
using Shouldly;
using Sillage.Accounts.Passwords;
using Sillage.Hosting.Limits;
using Xunit;

namespace Sillage.Accounts.Tests;

public sealed class StandingInLine
{
    private static readonly AddressKey Here = AddressKey.Of(IPAddress.Parse("192.0.2.1"));
    private static readonly AddressKey There = AddressKey.Of(IPAddress.Parse("192.0.2.2"));

    private static CancellationToken Never => CancellationToken.None;

    [Fact]
    public async Task Another_network_waits_for_one_and_not_for_all_who_came_before()
    {
        var line = new HashingLine(places: 1, longest: 100, shareOfNetwork: 100);
        (await line.EnterAsync(Here, Never)).ShouldBeTrue();
        var crowd = Enumerable.Range(0, 10).Select(_ => line.EnterAsync(Here, Never).AsTask()).ToList();
        var other = line.EnterAsync(There, Never).AsTask();

        line.Leave();
        await crowd[0];
        other.IsCompleted.ShouldBeFalse();
        line.Leave();
        await other;
        crowd.Count(waiting => waiting.IsCompleted).ShouldBe(1);
        foreach (var next in crowd[1..])
        {
            line.Leave();
            (await next).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Nobody_waits_longer_than_the_line_or_beyond_the_share_of_the_network()
    {
        var line = new HashingLine(places: 1, longest: 3, shareOfNetwork: 2);
        await line.EnterAsync(Here, Never);
        var waiting = new[] { line.EnterAsync(Here, Never).AsTask(), line.EnterAsync(Here, Never).AsTask() };

        (await line.EnterAsync(Here, Never)).ShouldBeFalse();
        var other = line.EnterAsync(There, Never).AsTask();
        (await line.EnterAsync(There, Never)).ShouldBeFalse();
        for (var i = 0; i < 3; i++)
        {
            line.Leave();
        }

        (await Task.WhenAll([.. waiting, other])).ShouldAllBe(entered => entered);
    }

    [Fact]
    public async Task Who_has_gone_gives_up_the_place_in_line()
    {
        var line = new HashingLine(places: 1, longest: 1, shareOfNetwork: 1);
        await line.EnterAsync(Here, Never);
        using var gone = new CancellationTokenSource();
        var waiting = line.EnterAsync(Here, gone.Token).AsTask();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);

        var next = line.EnterAsync(There, Never).AsTask();
        line.Leave();
        (await next).ShouldBeTrue();
        line.Leave();
        (await line.EnterAsync(Here, Never)).ShouldBeTrue();
    }

    [Fact]
    public async Task No_more_hash_at_once_than_there_are_places()
    {
        var line = new HashingLine(places: 2, longest: 1000, shareOfNetwork: 1000);
        var (now, most) = (0, 0);
        await Parallel.ForAsync(
            0,
            500,
            new ParallelOptions { MaxDegreeOfParallelism = 50 },
            async (i, ct) =>
            {
                (await line.EnterAsync(i % 3 == 0 ? Here : There, ct)).ShouldBeTrue();
                var inside = Interlocked.Increment(ref now);
                InterlockedMax(ref most, inside);
                await Task.Yield();
                Interlocked.Decrement(ref now);
                line.Leave();
            }
        );

        most.ShouldBeInRange(1, 2);

        static void InterlockedMax(ref int most, int value)
        {
            for (var seen = most; value > seen; seen = most)
            {
                Interlocked.CompareExchange(ref most, value, seen);
            }
        }
    }
}
