using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Messaging.Rooms;
using Sillage.Storage;

namespace Sillage.Messaging.Members;

/// <summary>Who may keep whom in order: those who have more to say those who have less.</summary>
internal static class Standing
{
    /// <summary>How much the caller has to say in a room; whoever may manage every room has more than anybody in it.</summary>
    public static int RankOf(Room room, Caller caller) =>
        !room.IsConversation && caller.Can(MessagingPermission.ManageAllRooms)
            ? 4
            : Member.RankOf(room.IsMember ? room.Role : null);

    /// <summary>Somebody who has less to say than the caller; null where they never were in the room.</summary>
    /// <exception cref="ProblemException">403: they have as much; 400: it is the caller.</exception>
    public static async Task<Member?> FindBelowAsync(
        IReader reader,
        Room room,
        Caller caller,
        Guid account,
        CancellationToken ct
    )
    {
        if (account == caller.Id)
        {
            throw new ProblemException(Problem.BadRequest("That is you. Leave the room instead."));
        }

        var member = await Member.FindAsync(reader, room.Id, account, ct);
        return member is not null && member.Rank >= RankOf(room, caller)
            ? throw new ProblemException(Problem.Forbidden($"They have as much to say in {room.Called} as you."))
            : member;
    }
}
