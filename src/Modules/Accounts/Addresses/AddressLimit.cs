using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Hosting.Limits;

namespace Sillage.Accounts.Addresses;

/// <summary>How often somebody may give another address: each time a mail goes to whoever has it, and nobody knows yet who that is.</summary>
internal sealed class AddressLimit(IOptions<LimitsOptions> limits, LimitLedger ledger, TimeProvider clock)
{
    // Whoever mistypes corrects it at once.
    private readonly PersonLimit _given = new(
        "addresses",
        "The address was changed too often.",
        new BucketOptions { Burst = 5, PerSecond = 5d / 3600 },
        limits,
        ledger,
        clock
    );

    /// <summary>Counts one more.</summary>
    /// <exception cref="ProblemException">429: that is too much.</exception>
    public void Take(Guid account) => _given.Take(account);
}
