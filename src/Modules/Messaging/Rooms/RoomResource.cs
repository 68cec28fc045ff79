using Sillage.Api.Access;
using Sillage.Api.Replies;

namespace Sillage.Messaging.Rooms;

/// <summary>A room or a conversation, as one person sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in addresses, which stands for the id everywhere; left out where it has none.</param>
/// <param name="Name">Its name for people; empty for a conversation of two.</param>
/// <param name="Kind"><c>room</c>, <c>direct</c> (a conversation of two) or <c>group</c> (of more).</param>
/// <param name="Visibility"><c>public</c>: anybody may join; <c>private</c>: only by invitation.</param>
/// <param name="SlowSeconds">How long each member waits between two messages; 0 for not at all.</param>
/// <param name="RetentionDays">For how many days messages are kept; left out for as long as the room is there.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastSeq">The place of its last message.</param>
/// <param name="LastChange">The number of the last change in it.</param>
/// <param name="Role">What the caller is in it: <c>owner</c>, <c>moderator</c>, <c>member</c>; left out for nobody.</param>
/// <param name="ReadSeq">Up to where the caller has read; for members.</param>
/// <param name="Rights">What the caller may do: <c>see</c>, <c>join</c>, <c>read</c>, <c>write</c>, <c>moderate</c>, <c>own</c>, <c>take-part</c>.</param>
/// <param name="Links">What one can do next.</param>
public sealed record RoomResource(
    Guid Id,
    string? Slug,
    string Name,
    string Kind,
    string Visibility,
    long SlowSeconds,
    long? RetentionDays,
    DateTimeOffset CreatedAt,
    long LastSeq,
    long LastChange,
    string? Role,
    long? ReadSeq,
    IReadOnlyList<string> Rights,
    Links Links
)
{
    private static readonly (RoomRights Right, string Name)[] Names =
    [
        (RoomRights.See, "see"),
        (RoomRights.Join, "join"),
        (RoomRights.Read, "read"),
        (RoomRights.Write, "write"),
        (RoomRights.Moderate, "moderate"),
        (RoomRights.Own, "own"),
        (RoomRights.TakePart, "take-part"),
    ];

    internal static RoomResource Example { get; } =
        new(
            Guid.Empty,
            "boathouse",
            "The boathouse",
            Room.Ordinary,
            Room.Public,
            0,
            null,
            DateTimeOffset.UnixEpoch,
            42,
            57,
            Member.Ordinary,
            40,
            ["see", "read", "write", "take-part"],
            new Links(AddressOf(Guid.Empty)) { ["messages"] = $"{AddressOf(Guid.Empty)}/messages" }
        );

    internal static string AddressOf(Guid id) => $"/api/v1/rooms/{id}";

    internal static RoomResource Of(Room room, Caller caller)
    {
        var rights = room.RightsOf(caller);
        var self = AddressOf(room.Id);
        var links = new Links(self);
        if (rights.HasFlag(RoomRights.Join))
        {
            links["join"] = $"{self}/join";
        }

        if (rights.HasFlag(RoomRights.Read))
        {
            links["messages"] = $"{self}/messages";
            links["members"] = $"{self}/members";
        }

        return new RoomResource(
            room.Id,
            room.Slug,
            room.Name,
            room.Kind,
            room.Visibility,
            room.SlowSeconds,
            room.RetentionDays,
            room.CreatedAt,
            room.LastSeq,
            room.LastChange,
            room.IsMember ? room.Role : null,
            room.IsMember ? room.ReadSeq : null,
            [.. Names.Where(n => rights.HasFlag(n.Right)).Select(n => n.Name)],
            links
        );
    }
}
