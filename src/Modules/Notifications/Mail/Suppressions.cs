using Sillage.Storage;

namespace Sillage.Notifications.Mail;

/// <summary>Why an address gets no mail.</summary>
internal static class SuppressionReason
{
    /// <summary>There is no such mailbox.</summary>
    public const string NoMailbox = "no-mailbox";

    /// <summary>Mail to it came back.</summary>
    public const string Bounced = "bounced";

    /// <summary>Its reader called a mail spam. What concerns security still goes there.</summary>
    public const string Complained = "complained";

    /// <summary>An administrator put it on the list.</summary>
    public const string ByHand = "by-hand";
}

/// <summary>An address that gets no mail, as it is stored.</summary>
internal sealed record SuppressionRow(
    string AddressKey,
    string Address,
    Guid? AccountId,
    string Reason,
    string? Detail,
    DateTimeOffset CreatedAt
)
{
    public const string Columns = "address_key, address, account_id, reason, detail, created_at";

    private const string Select = $"SELECT {Columns} FROM suppression WHERE address_key = @Key";

    private const string Insert = $"""
        INSERT INTO suppression ({Columns})
        VALUES (@AddressKey, @Address, @AccountId, @Reason, @Detail, @CreatedAt)
        ON CONFLICT (address_key) DO UPDATE SET reason = excluded.reason, detail = excluded.detail
        """;

    /// <summary>The form by which addresses are compared.</summary>
    public static string KeyOf(string address) => address.Trim().ToUpperInvariant();

    public static Task<SuppressionRow?> FindAsync(IReader reader, string address, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<SuppressionRow>(Select, new { Key = KeyOf(address) }, ct);

    public static Task AddAsync(
        IUnitOfWork unit,
        string address,
        Guid? account,
        string reason,
        string? detail,
        DateTimeOffset now,
        CancellationToken ct
    ) => unit.ExecuteAsync(Insert, new SuppressionRow(KeyOf(address), address, account, reason, detail, now), ct);
}
