using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Api.Requests;

namespace Sillage.Messaging.Rooms;

/// <summary>What of a room can be changed.</summary>
/// <param name="Name">Its name for people, 1 to 200 characters.</param>
/// <param name="Visibility">Who may join, <c>public</c> or <c>private</c>; conversations stay private.</param>
/// <param name="SlowSeconds">How long each member waits between two messages, 0 to 86 400.</param>
/// <param name="RetentionDays">For how many days messages are kept, 1 to 36 500; null for as long as the room is there.</param>
public sealed record RoomChange(
    [property: Required, StringLength(200, MinimumLength = 1)] string Name,
    RoomVisibility Visibility,
    [property: Range(0, 86_400)] int SlowSeconds,
    [property: Range(1, 36_500)] int? RetentionDays = null
);

/// <summary>Changes a room.</summary>
internal static class ChangeRoom
{
    private const string Update = """
        UPDATE room SET name = @Name, visibility = @Visibility, slow_seconds = @SlowSeconds, retention_days = @RetentionDays, change = @Change
        WHERE id = @Id
        """;

    public static void Map(RouteGroupBuilder room) =>
        room.MapPatch("/", Handle)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Own)
            .WithSummary("Change a room")
            .WithRequestExample(new { name = "The old boathouse", slowSeconds = 5 })
            .WithReplyExample(RoomResource.Example);

    private static async Task<Reply<RoomResource>> Handle(
        Room room,
        MergePatch<RoomChange> patch,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        var changed = await HeldRoom.RunAsync(
            chat,
            room,
            caller,
            RoomRights.Own,
            async (unit, held) =>
            {
                var now = patch.Apply(
                    new RoomChange(
                        held.Room.Name,
                        held.Room.Visibility == Room.Public ? RoomVisibility.Public : RoomVisibility.Private,
                        (int)held.Room.SlowSeconds,
                        (int?)held.Room.RetentionDays
                    )
                );
                await unit.ExecuteAsync(
                    Update,
                    new
                    {
                        now.Name,
                        Visibility = now.Visibility == RoomVisibility.Public && !held.Room.IsConversation
                            ? Room.Public
                            : Room.Private,
                        SlowSeconds = (long)now.SlowSeconds,
                        RetentionDays = (long?)now.RetentionDays,
                        Change = held.NextChange(),
                        room.Id,
                    },
                    ct
                );
                return (await Room.FindAsync(unit, room.Id, caller.Id, ct))!;
            },
            ct
        );
        return Reply.Ok(RoomResource.Of(changed, caller));
    }
}
