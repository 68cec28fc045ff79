using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Messaging.Rooms;

/// <summary>What whoever comes into a room has to fit into.</summary>
internal static class Entry
{
    /// <summary>Refuses who is in many rooms already.</summary>
    /// <exception cref="ProblemException">409: the person is in as many rooms as there may be.</exception>
    public static async Task RefuseTooManyAsync(IUnitOfWork unit, Guid account, Chat chat, CancellationToken ct)
    {
        if (await Member.CountRoomsAsync(unit, account, ct) >= chat.Options.MostRooms)
        {
            throw new ProblemException(
                Problem.Conflict($"Nobody is in more than {chat.Options.MostRooms} rooms. Leave one first.")
            );
        }
    }

    /// <summary>Makes somebody a member of a room that the unit holds, if they are not one already.</summary>
    /// <returns>Whether they were not.</returns>
    /// <exception cref="ProblemException">409: the room is full, or the person is in too many; 403: banned.</exception>
    public static async Task<bool> TakeInAsync(
        IUnitOfWork unit,
        HeldRoom held,
        Guid account,
        string role,
        Chat chat,
        CancellationToken ct
    )
    {
        var before = await Member.FindAsync(unit, held.Room.Id, account, ct);
        if (before?.State == Member.In)
        {
            return false;
        }

        if (before?.State == Member.Banned)
        {
            throw new ProblemException(Problem.Forbidden($"This account is banned from {held.Room.Called}."));
        }

        if (await Member.CountAsync(unit, held.Room.Id, ct) >= chat.Options.MostMembers)
        {
            throw new ProblemException(Problem.Conflict($"{held.Room.Called} is full."));
        }

        await RefuseTooManyAsync(unit, account, chat, ct);
        await Member.PutAsync(unit, held, account, role, Member.In, chat.Now, ct);
        return true;
    }
}
