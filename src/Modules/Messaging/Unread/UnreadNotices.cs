using Sillage.Messaging.Contracts;
using Sillage.Messaging.Rooms;
using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Messaging.Unread;

/// <summary>
/// Who is to be told of a message that they have not read: looked at some minutes after the message, told once for a person and a room, and taken
/// back in the unit that settles it.
/// </summary>
internal static class UnreadNotices
{
    public const string Conversation = "conversation";
    public const string Mention = "mention";

    // What is there already is about an earlier message mostly, which is looked at first.
    private const string PutDue = """
        INSERT INTO unread_due (room_id, seq, due_at) VALUES (@Room, @Seq, @DueAt)
        ON CONFLICT (room_id) DO UPDATE SET seq = excluded.seq WHERE excluded.seq < unread_due.seq
        """;

    private const string Settled = """
        SELECT n.account_id, n.seq, n.reason FROM unread_notice n
        LEFT JOIN message m ON m.room_id = n.room_id AND m.seq = n.seq
        LEFT JOIN member b ON b.room_id = n.room_id AND b.account_id = n.account_id
        WHERE n.room_id = @Room
          AND (m.seq IS NULL OR m.deleted_at IS NOT NULL OR b.state IS NULL OR b.state <> 'in' OR b.read_seq >= n.seq)
        """;

    private const string SettledOfOne = $"{Settled} AND n.account_id = @Account";

    private const string Remove = "DELETE FROM unread_notice WHERE account_id = @AccountId AND room_id = @Room";

    private sealed record NoticeRow(Guid AccountId, long Seq, string Reason);

    /// <summary>Has it looked after a while who has not read a message.</summary>
    public static async Task ArmAsync(IUnitOfWork unit, Chat chat, Guid room, long seq, CancellationToken ct)
    {
        if (chat.Options.UnreadAfter > TimeSpan.Zero)
        {
            var due = new
            {
                Room = room,
                Seq = seq,
                DueAt = chat.Now + chat.Options.UnreadAfter,
            };
            await unit.ExecuteAsync(PutDue, due, ct);
        }
    }

    /// <summary>Takes back what is settled of a room by what the unit has done: of one person, or of everybody.</summary>
    /// <returns>The first place that somebody was told of in vain; null if there was none.</returns>
    public static async Task<long?> SettleAsync(IUnitOfWork unit, Guid room, Guid? account, CancellationToken ct)
    {
        var settled = await unit.QueryAsync<NoticeRow>(
            account is null ? Settled : SettledOfOne,
            new { Room = room, Account = account },
            ct
        );
        foreach (var notice in settled)
        {
            await unit.ExecuteAsync(Remove, new { notice.AccountId, Room = room }, ct);
            await unit.PublishAsync(new MessageRead(notice.AccountId, room, notice.Seq, ReasonOf(notice.Reason)), ct);
            await unit.PublishAsync(
                new NotificationSettled(UnreadKinds.Of(notice.Reason), notice.AccountId, KeyOf(room, notice.Seq)),
                ct
            );
        }

        return settled.Count == 0 ? null : settled.Min(notice => notice.Seq);
    }

    /// <summary>The same after messages have gone: whoever was told of one of them may have others to be told of.</summary>
    public static async Task SettleGoneAsync(IUnitOfWork unit, Chat chat, Guid room, CancellationToken ct)
    {
        if (await SettleAsync(unit, room, null, ct) is { } first)
        {
            await ArmAsync(unit, chat, room, first, ct);
        }
    }

    public static UnreadReason ReasonOf(string reason) =>
        reason == Mention ? UnreadReason.Mention : UnreadReason.Conversation;

    /// <summary>What a notification is about.</summary>
    public static string KeyOf(Guid room, long seq) => $"{room}/{seq}";
}
