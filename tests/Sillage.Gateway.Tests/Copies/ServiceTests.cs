using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Sillage.Gateway.Copies;
using Sillage.Hosting.Descriptions;
using Sillage.Hosting.Discovery;
using Xunit;

namespace Sillage.Gateway.Tests.Copies;

public sealed class ServiceTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly GatewayOptions _options = new() { Failures = 2, Pause = TimeSpan.FromSeconds(1) };

    [Fact]
    public void Whoever_has_least_under_way_gets_the_next_by_weight()
    {
        var service = Make(1, 3);

        for (var i = 0; i < 40; i++)
        {
            Choose(service)!.Begin();
        }

        service.Copies.Select(copy => copy.UnderWay).ShouldBe([10, 30]);
    }

    [Fact]
    public void A_weight_of_zero_is_for_when_there_is_no_other()
    {
        var service = Make(0, 1);
        Choose(service).ShouldBe(service.Copies[1]);

        service.Copies[1].Miss(isGone: true);

        Choose(service).ShouldBe(service.Copies[0]);
    }

    [Fact]
    public void Who_is_not_there_gets_nothing_and_with_nobody_there_is_nobody()
    {
        var service = Make(1, 1);
        service.Copies[0].Miss(isGone: true);
        Choose(service).ShouldBe(service.Copies[1]);
        service.Copies[1].Miss(isGone: false);
        Choose(service).ShouldBe(service.Copies[1]);
        service.Copies[1].Miss(isGone: false);
        service.Copies[1].Miss(isGone: false);
        Choose(service).ShouldBeNull();
    }

    [Fact]
    public void A_second_try_goes_to_another_copy_and_back_only_where_there_is_none()
    {
        var service = Make(1, 1);
        var first = Choose(service)!;
        var second = service.Choose(null, [first], mayTry: true)!.Copy;
        second.ShouldNotBe(first);
        service.Choose(null, [first, second], mayTry: true).ShouldNotBeNull();
    }

    [Fact]
    public void A_trial_is_made_with_a_request_that_can_be_sent_again()
    {
        var service = Make(1, 1);
        var broken = service.Copies[0];
        broken.Breaker.Fail(isTrial: false, isGone: true, () => false);
        Choose(service).ShouldBe(service.Copies[1]);
        _clock.Advance(TimeSpan.FromSeconds(1));

        service.Choose(null, [], mayTry: false)!.Copy.ShouldBe(service.Copies[1]);
        var trial = service.Choose(null, [], mayTry: true)!;
        trial.Copy.ShouldBe(broken);
        trial.IsTrial.ShouldBeTrue();
        // One at a time.
        service.Choose(null, [], mayTry: true)!.Copy.ShouldBe(service.Copies[1]);
        trial.Answer();
        broken.Breaker.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public void Failing_copies_are_left_out_up_to_a_share_of_all()
    {
        var service = Make(1, 1, 1, 1);
        foreach (var copy in service.Copies)
        {
            for (var i = 0; i < 5; i++)
            {
                new Attempt(copy).End(Outcome.BrokeOff, () => service.MayLeaveOut(copy));
            }
        }

        service.Copies.Count(copy => copy.Breaker.IsClosed).ShouldBe(2);
        new Attempt(service.Copies[3])
            .End(Outcome.NobodyThere, () => service.MayLeaveOut(service.Copies[3]))
            .ShouldBeTrue();
    }

    [Fact]
    public void A_client_that_leaves_counts_against_nobody()
    {
        var service = Make(1);
        for (var i = 0; i < 10; i++)
        {
            new Attempt(service.Copies[0]).End(Outcome.ClientLeft, () => true).ShouldBeFalse();
        }

        service.Copies[0].Breaker.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public void What_goes_on_from_an_answer_goes_to_who_gave_it()
    {
        var service = Make(1, 1, 1);
        for (var i = 0; i < 20; i++)
        {
            service.Choose("copy-002", [], mayTry: true)!.Copy.ShouldBe(service.Copies[2]);
            service.Copies[2].Begin();
        }

        service.Choose("nobody's", [], mayTry: true).ShouldNotBeNull();
    }

    [Fact]
    public void A_copy_that_begins_anew_begins_with_a_clean_slate()
    {
        var service = Make(1);
        var copy = service.Copies[0];
        copy.Breaker.Fail(isTrial: false, isGone: true, () => false);

        copy.Learn(new ServiceDescription("another!", "1", [], []), null);

        copy.Breaker.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public void There_is_room_for_so_many_at_once()
    {
        var settings = new GatewayService { Addresses = ["http://a"], Parallel = 2 };
        var service = new Service("posts", settings, _options, _clock);
        service.TryEnter().ShouldBeTrue();
        service.TryEnter().ShouldBeTrue();
        service.TryEnter().ShouldBeFalse();
        service.Leave();
        service.TryEnter().ShouldBeTrue();
    }

    [Fact]
    public void What_discovery_tells_of_no_more_goes_on_with_its_own_sessions_until_it_is_gone()
    {
        var service = Make(1, 1);
        var (leaving, staying) = (service.Copies[0], service.Copies[1]);

        var added = service.Follow([
            new FoundCopy(staying.Address, 3),
            new FoundCopy(new Uri("http://posts9:8000"), 1),
        ]);

        added.ShouldHaveSingleItem().Address.Host.ShouldBe("posts9");
        service.Copies.ShouldBe([staying, added[0], leaving]);
        staying.Weight.ShouldBe(3);
        Choose(service).ShouldBe(staying, "the new one has not answered yet");
        service.Choose("copy-000", [], mayTry: true)!.Copy.ShouldBe(leaving);
        service.Expected.ShouldBe([staying, added[0]]);

        leaving.Miss(isGone: true);
        service.Follow([new FoundCopy(staying.Address, 3)]).ShouldBeEmpty();
        service.Copies.ShouldBe([staying]);
        service.Follow([new FoundCopy(staying.Address, 1), new FoundCopy(leaving.Address, 1)]).ShouldHaveSingleItem();
    }

    private static Copy? Choose(Service service) => service.Choose(null, [], mayTry: true)?.Copy;

    private Service Make(params int[] weights)
    {
        var settings = new GatewayService
        {
            Addresses = [.. weights.Select((_, i) => $"http://posts{i}:8000")],
            Weights = weights,
        };
        var service = new Service("posts", settings, _options, _clock);
        foreach (var (copy, i) in service.Copies.Select((copy, i) => (copy, i)))
        {
            copy.Learn(new ServiceDescription($"copy-00{i}", "1", ["posts"], []), null);
            copy.Hear(TimeSpan.FromMilliseconds(1));
        }

        return service;
    }
}
