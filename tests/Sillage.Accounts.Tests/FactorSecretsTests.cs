using System.Text;
using Microsoft.Extensions.Options;
using Shouldly;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Factors;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>How the secrets of second factors are kept.</summary>
public sealed class FactorSecretsTests
{
    private static readonly Guid Account = new("6c1c8a52-4b65-4df0-93e5-0d7a6a1f2f11");
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("a secret of an app..");

    private static FactorSecrets With(string? secret) =>
        new(Options.Create(new AccountsOptions { SecondFactorSecret = secret }));

    [Fact]
    public void Sealed_it_is_read_with_the_same_setting_for_the_same_account_only()
    {
        var sealing = With(new string('a', 32));
        var kept = sealing.Keep(Account, Secret);

        kept.AsSpan().IndexOf(Secret).ShouldBe(-1);
        kept.ShouldNotBe(sealing.Keep(Account, Secret));
        With(new string('a', 32)).Read(Account, kept).ShouldBe(Secret);
        With(new string('b', 32)).Read(Account, kept).ShouldBeNull();
        With(null).Read(Account, kept).ShouldBeNull();
        sealing.Read(Guid.Empty, kept).ShouldBeNull("it was put into another account's row");
    }

    [Fact]
    public void Kept_as_it_is_it_is_read_after_the_setting_too()
    {
        var kept = With(null).Keep(Account, Secret);

        With(new string('a', 32)).Read(Account, kept).ShouldBe(Secret);
    }
}
