using Microsoft.Extensions.Options;
using Sillage.Api.Problems;

namespace Sillage.Hosting.Limits;

/// <summary>How often one person may do one thing, in all copies of the service together; off where rate limits are.</summary>
/// <param name="name">What is limited, by a name of its own.</param>
/// <param name="refusal">What is said to whom it is too much.</param>
/// <param name="bucket">How often at once, and how much more each second.</param>
/// <param name="limits">Whether rate limits are on.</param>
/// <param name="ledger">What copies tell each other.</param>
/// <param name="clock">The time.</param>
public sealed class PersonLimit(
    string name,
    string refusal,
    BucketOptions bucket,
    IOptions<LimitsOptions> limits,
    LimitLedger ledger,
    TimeProvider clock
)
{
    private readonly RateBuckets<Guid> _people = RateBuckets<Guid>.Shared(name, bucket, clock, ledger);

    /// <summary>Null if the person may do it once more, or so many times; else 429, which says when.</summary>
    public Problem? Refuse(Guid account, int times = 1)
    {
        if (!limits.Value.RateLimits.Enabled)
        {
            return null;
        }

        var result = _people.Take(account, times);
        return result.IsTaken ? null : Problem.TooManyRequests(refusal, result.RetryAfter);
    }

    /// <summary>Counts that the person does it once more.</summary>
    /// <exception cref="ProblemException">429: that is too much.</exception>
    public void Take(Guid account)
    {
        if (Refuse(account) is { } tooMany)
        {
            throw new ProblemException(tooMany);
        }
    }
}
