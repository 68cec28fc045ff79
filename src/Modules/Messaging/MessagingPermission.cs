using Sillage.Api.Access;

namespace Sillage.Messaging;

/// <summary>What the module asks of callers; what they may do in one room is said by that room's rights.</summary>
internal static class MessagingPermission
{
    /// <summary>Read in the rooms where one is a member, and join public ones.</summary>
    public static Permission Read { get; } = new("messages.read", Role.Researcher, Role.Member);

    /// <summary>Write in the rooms where one is a member, open conversations, keep order where one is a moderator.</summary>
    public static Permission Write { get; } = new("messages.write", Role.Researcher, Role.Member);

    /// <summary>Make rooms.</summary>
    public static Permission CreateRooms { get; } = new("rooms.create", Role.Researcher, Role.Member);

    /// <summary>Every right in every room, save in conversations, which are between those who have them.</summary>
    public static Permission ManageAllRooms { get; } = new("rooms.manage-all");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Permission> All { get; } = [Read, Write, CreateRooms, ManageAllRooms];
}
