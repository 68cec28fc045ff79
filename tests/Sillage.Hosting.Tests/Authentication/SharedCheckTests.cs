using Shouldly;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Authentication.Checking;
using Xunit;

namespace Sillage.Hosting.Tests.Authentication;

public sealed class SharedCheckTests
{
    [Fact]
    public void It_is_computed_once_and_goes_on_as_long_as_somebody_waits()
    {
        var (computed, token) = (0, CancellationToken.None);
        var answer = new TaskCompletionSource<CredentialCheck>();
        using var check = new SharedCheck(gone =>
        {
            computed++;
            token = gone;
            return answer.Task;
        });

        check.TryJoin(out var first).ShouldBeTrue();
        check.TryJoin(out var second).ShouldBeTrue();
        first.ShouldBe(answer.Task);
        second.ShouldBe(answer.Task);
        computed.ShouldBe(1);
        check.Leave().ShouldBeFalse();
        token.IsCancellationRequested.ShouldBeFalse();
        check.Leave().ShouldBeTrue();
        token.IsCancellationRequested.ShouldBeTrue();
        check.TryJoin(out _).ShouldBeFalse();
    }
}
