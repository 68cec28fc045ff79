using Sillage.Storage;

namespace Sillage.Messaging.Rooms;

/// <summary>Sees to it that a room with people in it has an owner: when the last one goes, whoever has been a moderator longest is the next, or else a member.</summary>
internal static class Succession
{
    private const string CountOwners =
        "SELECT COUNT(*) FROM member WHERE room_id = @Room AND state = 'in' AND role = 'owner'";

    private const string Next = """
        SELECT account_id FROM member WHERE room_id = @Room AND state = 'in'
        ORDER BY CASE role WHEN 'moderator' THEN 0 ELSE 1 END, joined_at, account_id LIMIT 1
        """;

    private const string Promote = """
        UPDATE member SET role = 'owner', change = @Change WHERE room_id = @Room AND account_id = @Account
        """;

    public static async Task RunAsync(IUnitOfWork unit, HeldRoom held, CancellationToken ct)
    {
        var room = new { Room = held.Room.Id };
        if (
            held.Room.Kind == Room.Direct
            || await unit.ScalarAsync<long>(CountOwners, room, ct) > 0
            || await unit.ScalarAsync<Guid?>(Next, room, ct) is not { } next
        )
        {
            return;
        }

        await unit.ExecuteAsync(
            Promote,
            new
            {
                Change = held.NextChange(),
                Room = held.Room.Id,
                Account = next,
            },
            ct
        );
    }
}
