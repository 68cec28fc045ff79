using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Notifications.Mine;

/// <summary>How many of one's notifications are not read.</summary>
/// <param name="Unread">The number.</param>
/// <param name="LastPlace">The place of the newest notification; 0 where there is none.</param>
/// <param name="Links">What one can do next.</param>
public sealed record UnreadCount(long Unread, long LastPlace, Links Links)
{
    private const string Count = """
        SELECT count(*) AS unread, (SELECT coalesce(max(place), 0) FROM notification WHERE recipient = @Account) AS last_place
        FROM notification WHERE recipient = @Account AND place IS NOT NULL AND read_at IS NULL AND settled_at IS NULL
        """;

    internal static UnreadCount Example { get; } = Of(3, 12);

    internal static UnreadCount Of(long unread, long lastPlace) =>
        new(
            unread,
            lastPlace,
            new Links($"{MyNotification.Root}/unread")
            {
                ["notifications"] = MyNotification.Root,
                ["live"] = $"{MyNotification.Root}/live",
            }
        );

    /// <summary>How many there are.</summary>
    internal static async Task<UnreadCount> FindAsync(
        IDatabase<NotificationsData> database,
        Guid account,
        CancellationToken ct
    )
    {
        var row = await database.ReadAsync(
            reader => reader.FirstOrDefaultAsync<CountRow>(Count, new { Account = account }, ct),
            ct
        );
        return UnreadCount.Of(row!.Unread, row.LastPlace);
    }

    private sealed record CountRow(long Unread, long LastPlace);
}
