using Sillage.Api.Problems;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Live;

/// <summary>What the events of the chat are about.</summary>
internal static class LiveRoom
{
    extension(LiveRequest request)
    {
        public Chat Chat => request.Service<Chat>();

        /// <summary>
        /// The room that the event names by its id; null if it is named otherwise. Whether there is one, and what the caller may do there, is still to be
        /// found out.
        /// </summary>
        public Guid? RoomId => request.NamedId;

        /// <summary>The room that the event names by its id or slug, if the caller holds one of these rights there.</summary>
        public async Task<Room> RoomAsync(CancellationToken ct, params IReadOnlyList<RoomRights> anyOf)
        {
            if (request.Named is not { Length: > 0 and <= 63 } name)
            {
                throw new ProblemException(
                    Problem.BadRequest("The room is missing.", new FieldError("/room", "The id or the slug of a room."))
                );
            }

            var room =
                await RoomGate.FindAsync(request.Chat.Database, name, request.Caller, ct)
                ?? throw new ProblemException(Problem.NotFound());
            var held = room.RightsOf(request.Caller);
            if (!anyOf.Any(right => held.HasFlag(right)))
            {
                room.Demand(request.Caller, anyOf[0]);
            }

            return room;
        }
    }
}
