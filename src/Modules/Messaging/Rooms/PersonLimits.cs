using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Hosting.Limits;

namespace Sillage.Messaging.Rooms;

/// <summary>How much one person may do, by REST and live together: send and edit messages, and make rooms, in which others find themselves.</summary>
internal sealed class PersonLimits(
    IOptions<MessagingOptions> options,
    IOptions<LimitsOptions> limits,
    TimeProvider clock
)
{
    private readonly RateBuckets<Guid> _messages = new(
        "messages",
        new BucketOptions { Burst = options.Value.MessageBurst, PerSecond = options.Value.MessagesPerSecond },
        clock
    );

    private readonly RateBuckets<Guid> _rooms = new(
        "rooms",
        new BucketOptions { Burst = options.Value.RoomBurst, PerSecond = options.Value.RoomsPerHour / 3600 },
        clock
    );

    /// <summary>Null if another message may be sent.</summary>
    public Problem? RefuseMessage(Guid account) => Refuse(_messages, account, "Too many messages.");

    /// <summary>Null if another room may be made.</summary>
    public Problem? RefuseRoom(Guid account) => Refuse(_rooms, account, "Too many new rooms and conversations.");

    private Problem? Refuse(RateBuckets<Guid> people, Guid account, string why)
    {
        if (!limits.Value.RateLimits.Enabled)
        {
            return null;
        }

        var result = people.Take(account);
        return result.IsTaken ? null : Problem.TooManyRequests(why, result.RetryAfter);
    }
}
