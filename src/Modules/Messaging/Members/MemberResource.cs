using Sillage.Accounts.Contracts;
using Sillage.Api.Replies;
using Sillage.Messaging.Presence;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Members;

/// <summary>Somebody in a room.</summary>
/// <param name="Account">The account.</param>
/// <param name="Username">Its user name; left out where accounts cannot be asked.</param>
/// <param name="DisplayName">The name to show, if one was chosen.</param>
/// <param name="Role"><c>owner</c>, <c>moderator</c> or <c>member</c>.</param>
/// <param name="JoinedAt">Since when.</param>
/// <param name="MutedUntil">Until when they may not write, if they may not.</param>
/// <param name="ReadSeq">Up to where they have read.</param>
/// <param name="Presence"><c>online</c>, <c>away</c> or <c>offline</c>; in the list of members, for members.</param>
/// <param name="LastSeen">When their last connection ended, where it is known and not hidden.</param>
/// <param name="Links">Where it is.</param>
public sealed record MemberResource(
    Guid Account,
    string? Username,
    string? DisplayName,
    string Role,
    DateTimeOffset JoinedAt,
    DateTimeOffset? MutedUntil,
    long ReadSeq,
    string? Presence,
    DateTimeOffset? LastSeen,
    Links Links
)
{
    internal static MemberResource Example { get; } =
        new(
            Guid.Empty,
            "player-1",
            null,
            Member.Ordinary,
            DateTimeOffset.UnixEpoch,
            null,
            42,
            PresenceState.Online,
            null,
            LinksOf(Guid.Empty, Guid.Empty)
        );

    internal static string AddressOf(Guid room, Guid account) => $"{RoomResource.AddressOf(room)}/members/{account}";

    internal static MemberResource Of(
        Guid room,
        Member member,
        AccountSummary? account,
        PersonPresence? presence = null
    ) =>
        new(
            member.AccountId,
            account?.Username,
            account?.DisplayName,
            member.Role,
            member.JoinedAt,
            member.MutedUntil,
            member.ReadSeq,
            presence?.State,
            presence?.LastSeen,
            LinksOf(room, member.AccountId)
        );

    private static Links LinksOf(Guid room, Guid account) =>
        new(AddressOf(room, account)) { ["room"] = RoomResource.AddressOf(room) };
}
