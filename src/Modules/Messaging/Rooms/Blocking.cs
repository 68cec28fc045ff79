using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Messaging.Rooms;

/// <summary>Who does not want to hear of whom.</summary>
internal static class Blocking
{
    private const string BetweenMembers = """
        SELECT COUNT(*) FROM block b JOIN member m ON m.room_id = @Room AND m.state = 'in'
        WHERE (b.account_id = @Account AND b.blocked_id = m.account_id)
           OR (b.account_id = m.account_id AND b.blocked_id = @Account)
        """;

    private const string Between = """
        SELECT COUNT(*) FROM block
        WHERE (account_id = @Account AND blocked_id = @Other) OR (account_id = @Other AND blocked_id = @Account)
        """;

    /// <summary>Refuses who has something to say in a conversation of two that have blocked each other, either way.</summary>
    /// <exception cref="ProblemException">403.</exception>
    public static async Task RefuseAsync(IReader reader, Room room, Guid account, CancellationToken ct)
    {
        if (
            room.Kind == Room.Direct
            && await reader.ScalarAsync<long>(BetweenMembers, new { Room = room.Id, Account = account }, ct) > 0
        )
        {
            throw new ProblemException(Problem.Forbidden("One of you has blocked the other."));
        }
    }

    /// <summary>Whether either of two has blocked the other.</summary>
    public static async Task<bool> AreApartAsync(IReader reader, Guid account, Guid other, CancellationToken ct) =>
        await reader.ScalarAsync<long>(Between, new { Account = account, Other = other }, ct) > 0;
}
