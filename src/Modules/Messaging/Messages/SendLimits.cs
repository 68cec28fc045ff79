using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Hosting.Limits;

namespace Sillage.Messaging.Messages;

/// <summary>How many messages one person may send or edit, by REST and live together.</summary>
internal sealed class SendLimits(IOptions<MessagingOptions> options, IOptions<LimitsOptions> limits, TimeProvider clock)
{
    private readonly RateBuckets<Guid> _people = new(
        "messages",
        new BucketOptions { Burst = options.Value.MessageBurst, PerSecond = options.Value.MessagesPerSecond },
        clock
    );

    /// <summary>Null if another message may be sent.</summary>
    public Problem? Refuse(Guid account)
    {
        if (!limits.Value.RateLimits.Enabled)
        {
            return null;
        }

        var result = _people.Take(account);
        return result.IsTaken ? null : Problem.TooManyRequests("Too many messages.", result.RetryAfter);
    }
}
