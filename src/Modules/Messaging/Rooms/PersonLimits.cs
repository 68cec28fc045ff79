using Microsoft.Extensions.Options;
using Sillage.Api.Problems;
using Sillage.Hosting.Limits;

namespace Sillage.Messaging.Rooms;

/// <summary>How much one person may do, by REST and live together: send and edit messages, and make rooms, in which others find themselves.</summary>
internal sealed class PersonLimits(
    IOptions<MessagingOptions> options,
    IOptions<LimitsOptions> limits,
    LimitLedger ledger,
    TimeProvider clock
)
{
    private readonly PersonLimit _messages = new(
        "messages",
        "Too many messages.",
        new BucketOptions { Burst = options.Value.MessageBurst, PerSecond = options.Value.MessagesPerSecond },
        limits,
        ledger,
        clock
    );

    private readonly PersonLimit _rooms = new(
        "rooms",
        "Too many new rooms and conversations.",
        new BucketOptions { Burst = options.Value.RoomBurst, PerSecond = options.Value.RoomsPerHour / 3600 },
        limits,
        ledger,
        clock
    );

    /// <summary>Null if another message may be sent.</summary>
    public Problem? RefuseMessage(Guid account) => _messages.Refuse(account);

    /// <summary>Null if another room may be made.</summary>
    public Problem? RefuseRoom(Guid account) => _rooms.Refuse(account);
}
