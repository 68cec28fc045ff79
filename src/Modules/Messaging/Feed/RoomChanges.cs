using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;

namespace Sillage.Messaging.Feed;

/// <summary>What changed in a room since a number, told live and to whoever catches up: <c>room:changes</c>.</summary>
/// <param name="Room">The room.</param>
/// <param name="After">The number of the last change before these. Whoever does not have that one has missed something and catches up.</param>
/// <param name="Change">The number up to which these go.</param>
/// <param name="Messages">Messages that were edited, deleted or reacted to, as they are now.</param>
/// <param name="Members">Members who came, went, read or became something else, as they are now.</param>
/// <param name="Settings">The room's settings, if they were changed.</param>
public sealed record RoomChanges(
    Guid Room,
    long After,
    long Change,
    IReadOnlyList<Message> Messages,
    IReadOnlyList<MemberState> Members,
    RoomSettings? Settings
)
{
    internal static RoomChanges Of(Room room, long after, Missed missed) =>
        new(
            room.Id,
            after,
            missed.Change,
            missed.Changed,
            [.. missed.Members.Select(MemberState.Of)],
            missed.RoomChanged ? RoomSettings.Of(room) : null
        );
}

/// <summary>What somebody is in a room.</summary>
/// <param name="Account">Who.</param>
/// <param name="Role"><c>owner</c>, <c>moderator</c> or <c>member</c>.</param>
/// <param name="State"><c>in</c>, <c>out</c> or <c>banned</c>.</param>
/// <param name="ReadSeq">Up to where they have read.</param>
/// <param name="MutedUntil">Until when they may not write, if they may not.</param>
public sealed record MemberState(Guid Account, string Role, string State, long ReadSeq, DateTimeOffset? MutedUntil)
{
    internal static MemberState Of(Member member) =>
        new(member.AccountId, member.Role, member.State, member.ReadSeq, member.MutedUntil);
}

/// <summary>What a room is, whoever looks.</summary>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Visibility"><c>public</c> or <c>private</c>.</param>
/// <param name="SlowSeconds">How long each member waits between two messages.</param>
/// <param name="RetentionDays">For how many days messages are kept.</param>
public sealed record RoomSettings(string? Slug, string Name, string Visibility, long SlowSeconds, long? RetentionDays)
{
    internal static RoomSettings Of(Room room) =>
        new(room.Slug, room.Name, room.Visibility, room.SlowSeconds, room.RetentionDays);
}

/// <summary>That somebody's place in a room has come or gone: <c>room:joined</c>, <c>room:left</c>.</summary>
/// <param name="Room">The room.</param>
public sealed record RoomNotice(Guid Room);
