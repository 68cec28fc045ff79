using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Messaging.Rooms;

/// <summary>Finds the room that an address names by its id or slug; to whoever may do nothing with it there is none.</summary>
internal sealed class RoomGate(IDatabase<MessagingData> database) : GateMetadata
{
    /// <inheritdoc />
    public override async ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        var named = (string)context.GetRouteValue("room")!;
        if (await FindAsync(database, named, caller, context.RequestAborted) is not { } room)
        {
            return Problem.NotFound();
        }

        context.Features.Set<IResource<RoomRights>>(room);
        return null;
    }

    /// <summary>The room, if there is one that the caller may know of.</summary>
    public static async ValueTask<Room?> FindAsync(
        IDatabase<MessagingData> database,
        string named,
        Caller caller,
        CancellationToken ct
    )
    {
        var room = await database.ReadAsync(r => Room.FindAsync(r, named, caller.Id, ct), ct);
        return room is null || room.RightsOf(caller) == RoomRights.None ? null : room;
    }
}
