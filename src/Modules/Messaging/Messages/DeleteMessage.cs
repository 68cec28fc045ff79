using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Files;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Live;
using Sillage.Messaging.Moderation;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Searching;
using Sillage.Messaging.Talk;
using Sillage.Messaging.Unread;

namespace Sillage.Messaging.Messages;

/// <summary>Which message an event is about.</summary>
/// <param name="Id">The message.</param>
/// <param name="Reason">Why, at most 500 characters; for moderators.</param>
public sealed record AboutMessage(Guid Id, [property: StringLength(500)] string? Reason = null);

/// <summary>Leaves a tombstone of a message: its place, and nothing of what it said.</summary>
internal static class DeleteMessage
{
    private static readonly string[] Remove =
    [
        "UPDATE message SET text = '', deleted_at = @Now, edited_at = NULL, mentions_room = @No, change = @Change WHERE room_id = @Room AND seq = @Seq",
        "DELETE FROM message_version WHERE room_id = @Room AND seq = @Seq",
        "DELETE FROM reaction WHERE room_id = @Room AND seq = @Seq",
        "DELETE FROM mention WHERE room_id = @Room AND seq = @Seq",
    ];

    public static void Map(RouteGroupBuilder messages) =>
        messages
            .MapDelete("/{message:guid}", Handle)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Write, RoomRights.Moderate)
            .WithSummary("Delete a message")
            .WithDescription(
                "One's own, or with the right `moderate` that of another. Its place stays, without text, files, versions and reactions."
            )
            .Produces(StatusCodes.Status204NoContent);

    public static void Map(LiveEvents live) =>
        live.On<AboutMessage, Message>("message:delete", "Deletes a message.", MessagingPermission.Write, HandleLive);

    private static async Task<NoContent> Handle(Room room, Guid message, Caller caller, Chat chat, CancellationToken ct)
    {
        await RunAsync(room, new AboutMessage(message), caller, chat, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Message> HandleLive(LiveRequest request, CancellationToken ct)
    {
        var room = await request.RoomAsync(ct, RoomRights.Write, RoomRights.Moderate);
        return await RunAsync(room, request.Read<AboutMessage>(), request.Caller, request.Chat, ct);
    }

    private static Task<Message> RunAsync(
        Room room,
        AboutMessage about,
        Caller caller,
        Chat chat,
        CancellationToken ct
    ) =>
        HeldRoom.RunAsync(
            chat,
            room,
            caller,
            RoomRights.See,
            async (unit, held) =>
            {
                var row = await MessageRow.GetAsync(unit, room.Id, about.Id, ct);
                var isOwn = row.SenderId == caller.Id;
                held.Room.Demand(caller, isOwn ? RoomRights.Write : RoomRights.Moderate);
                if (row.DeletedAt is null)
                {
                    var parameters = new
                    {
                        Room = room.Id,
                        row.Seq,
                        chat.Now,
                        No = false,
                        Change = held.NextChange(),
                    };
                    foreach (var statement in Remove)
                    {
                        await unit.ExecuteAsync(statement, parameters, ct);
                    }

                    await MessageIndex.RemoveAsync(unit, room.Id, row.Seq, row.Seq, ct);
                    await FileStore.RemoveAttachedAsync(unit, row.Id, ct);
                    await UnreadNotices.SettleGoneAsync(unit, chat, room.Id, ct);
                    if (!isOwn)
                    {
                        await ModerationTrail.WriteAsync(
                            unit,
                            held.Room,
                            ModerationTrail.MessageDeleted,
                            caller.Id,
                            row.SenderId,
                            row.Seq,
                            about.Reason,
                            chat.Now,
                            ct
                        );
                    }
                }

                return await MessageRow.ToMessageAsync(
                    unit,
                    await MessageRow.GetAsync(unit, room.Id, about.Id, ct),
                    ct
                );
            },
            ct
        );
}
