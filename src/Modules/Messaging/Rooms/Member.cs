using Sillage.Storage;

namespace Sillage.Messaging.Rooms;

/// <summary>What somebody is, or was, in a room.</summary>
internal sealed record Member(
    Guid AccountId,
    string Role,
    string State,
    DateTimeOffset JoinedAt,
    DateTimeOffset? MutedUntil,
    long ReadSeq,
    long Change
)
{
    public const string Owner = "owner";
    public const string Moderator = "moderator";
    public const string Ordinary = "member";

    public const string In = "in";
    public const string Out = "out";
    public const string Banned = "banned";

    public const string Columns = "account_id, role, state, joined_at, muted_until, read_seq, change";

    /// <summary>Whether a member <c>m</c> keeps order.</summary>
    public const string KeepsOrder = "(m.state = 'in' AND m.role IN ('owner', 'moderator'))";

    private const string SelectOne = $"SELECT {Columns} FROM member WHERE room_id = @Room AND account_id = @Account";

    // Whoever comes back starts as a member, having read all that there was.
    private const string Put = """
        INSERT INTO member (room_id, account_id, role, state, joined_at, muted_until, read_seq, change)
        VALUES (@Room, @Account, @Role, @State, @Now, NULL, @ReadSeq, @Change)
        ON CONFLICT (room_id, account_id) DO UPDATE SET
          role = excluded.role,
          state = excluded.state,
          joined_at = CASE WHEN member.state = 'in' THEN member.joined_at ELSE excluded.joined_at END,
          read_seq = CASE WHEN member.state = 'in' THEN member.read_seq ELSE excluded.read_seq END,
          unread_from = CASE WHEN member.state = 'in' THEN member.unread_from ELSE NULL END,
          change = excluded.change
        """;

    private const string TakeInvitationsBack = "DELETE FROM invitation WHERE room_id = @Room AND created_by = @Account";

    private const string CountMembers = "SELECT COUNT(*) FROM member WHERE room_id = @Room AND state = 'in'";

    private const string CountRooms = "SELECT COUNT(*) FROM member WHERE account_id = @Account AND state = 'in'";

    /// <summary>How much somebody has to say: nobody keeps those in order who have as much.</summary>
    public int Rank => RankOf(State == In ? Role : null);

    public static int RankOf(string? role) =>
        role switch
        {
            Owner => 3,
            Moderator => 2,
            Ordinary => 1,
            _ => 0,
        };

    public static Task<Member?> FindAsync(IReader reader, Guid room, Guid account, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<Member>(SelectOne, new { Room = room, Account = account }, ct);

    public static async Task<long> CountAsync(IReader reader, Guid room, CancellationToken ct) =>
        await reader.ScalarAsync<long>(CountMembers, new { Room = room }, ct);

    public static async Task<long> CountRoomsAsync(IReader reader, Guid account, CancellationToken ct) =>
        await reader.ScalarAsync<long>(CountRooms, new { Account = account }, ct);

    /// <summary>Makes somebody what they are from now on in a room that the unit holds.</summary>
    public static async Task PutAsync(
        IUnitOfWork unit,
        HeldRoom held,
        Guid account,
        string role,
        string state,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (RankOf(state == In ? role : null) < RankOf(Moderator))
        {
            // Who may invite nobody has nobody come by what they made before.
            await unit.ExecuteAsync(TakeInvitationsBack, new { Room = held.Room.Id, Account = account }, ct);
        }

        await unit.ExecuteAsync(
            Put,
            new
            {
                Room = held.Room.Id,
                Account = account,
                Role = role,
                State = state,
                Now = now,
                ReadSeq = held.LastSeq,
                Change = held.NextChange(),
            },
            ct
        );
    }
}
