using Sillage.Storage;

namespace Sillage.Messaging.Presence;

/// <summary>What somebody is for those who share a room with them: <c>presence</c>.</summary>
/// <param name="Account">Who.</param>
/// <param name="State"><c>online</c>, <c>away</c> or <c>offline</c>, which who hides is too.</param>
/// <param name="LastSeen">When their last connection ended; of those who are offline, where it is known and not hidden.</param>
public sealed record PersonPresence(Guid Account, string State, DateTimeOffset? LastSeen)
{
    private const string Sharing = """
        SELECT DISTINCT o.account_id, COALESCE(p.state, 'offline') AS state, p.is_hidden, p.last_seen_at
        FROM member o
        JOIN member m ON m.room_id = o.room_id AND m.account_id = @Account AND m.state = 'in'{1}
        LEFT JOIN presence p ON p.account_id = o.account_id
        WHERE o.state = 'in' AND o.account_id {0}
          AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = @Account AND b.blocked_id = o.account_id)
          AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = o.account_id AND b.blocked_id = @Account)
        ORDER BY o.account_id
        """;

    private static readonly Sql InAnyRoom = Of("");

    private static readonly Sql InOneRoom = Of(" AND m.room_id = @Room");

    private sealed record SharedRow(Guid AccountId, string State, bool? IsHidden, DateTimeOffset? LastSeenAt);

    internal static PersonPresence Example { get; } = new(Guid.Empty, PresenceState.Offline, DateTimeOffset.UnixEpoch);

    /// <summary>As others see them.</summary>
    internal static PersonPresence Of(Guid account, string state, bool isHidden, DateTimeOffset? lastSeen)
    {
        var shown = isHidden ? PresenceState.Offline : state;
        return new(account, shown, isHidden || shown != PresenceState.Offline ? null : lastSeen);
    }

    /// <summary>Of these people, those who share a room with somebody (or this room) and of whom neither has blocked the other.</summary>
    internal static async Task<IReadOnlyList<PersonPresence>> FindAsync(
        IReader reader,
        Guid account,
        IReadOnlyCollection<Guid> people,
        Guid? room,
        CancellationToken ct
    )
    {
        if (people.Count == 0)
        {
            return [];
        }

        var parameters = new
        {
            Account = account,
            Ids = new IdList(people),
            Room = room,
        };
        var rows = await reader.QueryAsync<SharedRow>(room is null ? InAnyRoom : InOneRoom, parameters, ct);
        return [.. rows.Select(row => Of(row.AccountId, row.State, row.IsHidden ?? false, row.LastSeenAt))];
    }

    private static Sql Of(string more) =>
        new(
            Sharing.Replace("{0}", "IN @Ids", StringComparison.Ordinal).Replace("{1}", more, StringComparison.Ordinal),
            Sharing
                .Replace("{0}", "= ANY(@Ids)", StringComparison.Ordinal)
                .Replace("{1}", more, StringComparison.Ordinal)
        );
}
