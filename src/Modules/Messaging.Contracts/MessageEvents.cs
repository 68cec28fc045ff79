using Sillage.Storage.Events;

namespace Sillage.Messaging.Contracts;

/// <summary>What of a message makes it somebody's affair.</summary>
public enum UnreadReason
{
    /// <summary>It is in a conversation of theirs.</summary>
    Conversation,

    /// <summary>It names them, or everybody in the room.</summary>
    Mention,
}

/// <summary>
/// Somebody has not read a message for a while that is for them. Published once for a person and a room until <see cref="MessageRead"/> takes it
/// back, however many more messages come.
/// </summary>
/// <param name="AccountId">Who has not read.</param>
/// <param name="RoomId">The room or conversation.</param>
/// <param name="Seq">The place of the message: the first of those that were not read.</param>
/// <param name="SenderId">Who sent it.</param>
/// <param name="Reason">Why it is for them.</param>
public sealed record MessageUnread(Guid AccountId, Guid RoomId, long Seq, Guid SenderId, UnreadReason Reason) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "messaging.message-unread";

    string IEvent.Key => AccountId.ToString();
}

/// <summary>
/// What <see cref="MessageUnread"/> told of is settled: the person has read up to there, is not in the room any more, or the message is gone.
/// </summary>
/// <param name="AccountId">Who.</param>
/// <param name="RoomId">The room or conversation.</param>
/// <param name="Seq">The place that was told of.</param>
/// <param name="Reason">Why it was for them.</param>
public sealed record MessageRead(Guid AccountId, Guid RoomId, long Seq, UnreadReason Reason) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "messaging.message-read";

    string IEvent.Key => AccountId.ToString();
}
