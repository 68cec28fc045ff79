using System.Text.Json;

namespace Sillage.Notifications.Stored;

/// <summary>A notification as it is stored.</summary>
internal sealed record NotificationRow(
    Guid Id,
    Guid Recipient,
    string Kind,
    string DedupKey,
    string? Data,
    string? People,
    Guid? AddressId,
    long? Place,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReadAt,
    DateTimeOffset? SettledAt
)
{
    /// <summary>The columns, in the order that queries name them.</summary>
    public const string Columns =
        "id, recipient, kind, dedup_key, data, people, address_id, place, created_at, read_at, settled_at";

    /// <summary>Stores it unless the recipient was notified of it already.</summary>
    public const string Insert = $"""
        INSERT INTO notification ({Columns})
        VALUES (@Id, @Recipient, @Kind, @DedupKey, @Data, @People, @AddressId, @Place, @CreatedAt, @ReadAt, @SettledAt)
        ON CONFLICT (recipient, kind, dedup_key) DO NOTHING
        """;

    /// <summary>What the texts are made of.</summary>
    public IReadOnlyDictionary<string, string> Values =>
        Data is null
            ? new Dictionary<string, string>()
            : JsonSerializer.Deserialize<Dictionary<string, string>>(Data) ?? [];

    /// <summary>The accounts that the texts call by name.</summary>
    public IReadOnlyDictionary<string, Guid> Accounts =>
        People is null
            ? new Dictionary<string, Guid>()
            : JsonSerializer.Deserialize<Dictionary<string, Guid>>(People) ?? [];
}
