using Microsoft.Extensions.Options;
using Shouldly;
using Sillage.Gateway.Forwarding;
using Xunit;

namespace Sillage.Gateway.Tests.Forwarding;

public sealed class RetryBudgetTests
{
    [Fact]
    public void Each_request_brings_its_share_of_a_try()
    {
        var budget = Make(0.2);
        while (budget.TrySpend()) { }

        for (var i = 0; i < 50; i++)
        {
            budget.Earn();
        }

        Spend(budget).ShouldBeInRange(9, 10);
    }

    [Fact]
    public void What_is_saved_up_is_bounded()
    {
        var budget = Make(1);
        for (var i = 0; i < 10_000; i++)
        {
            budget.Earn();
        }

        Spend(budget).ShouldBe(100);
    }

    [Fact]
    public void A_share_of_nothing_is_none() => Make(0).TrySpend().ShouldBeFalse();

    private static int Spend(RetryBudget budget)
    {
        var spent = 0;
        while (budget.TrySpend())
        {
            spent++;
        }

        return spent;
    }

    private static RetryBudget Make(double share) => new(Options.Create(new GatewayOptions { RetryShare = share }));
}
