using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Hosting.Limits;

namespace Sillage.Rowing.Training;

/// <summary>How often one person may do what others are notified of: a whole squad at once.</summary>
internal sealed class TellLimit(
    IOptions<RowingOptions> options,
    IOptions<LimitsOptions> limits,
    LimitLedger ledger,
    TimeProvider clock
)
{
    private readonly PersonLimit _told = new(
        "rowing",
        "Too many comments and assigned workouts.",
        new BucketOptions { Burst = options.Value.TellBurst, PerSecond = options.Value.TellsPerMinute / 60 },
        limits,
        ledger,
        clock
    );

    /// <summary>Counts that others are told once more.</summary>
    /// <exception cref="ProblemException">429: that is too much.</exception>
    public void Take(Guid account) => _told.Take(account);
}
