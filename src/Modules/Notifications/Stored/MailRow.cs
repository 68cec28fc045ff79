using Sillage.Storage;

namespace Sillage.Notifications.Stored;

/// <summary>What became of a mail.</summary>
internal static class MailState
{
    /// <summary>It waits: for its time, for the mail server, or for another try.</summary>
    public const string Queued = "queued";

    /// <summary>It is being handed to the mail server. Where a process died over it, whether it arrived is not known.</summary>
    public const string Sending = "sending";

    /// <summary>The mail server took it.</summary>
    public const string Sent = "sent";

    /// <summary>It was refused for good, or its time ran out.</summary>
    public const string Failed = "failed";

    /// <summary>The line broke after the mail was handed over and before the answer came.</summary>
    public const string Unknown = "unknown";

    /// <summary>It was not sent because it must not be: no confirmed address, or one that gets no mail.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>It was read elsewhere, or taken back, before it went.</summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Queued, Sending, Sent, Failed, Unknown, Suppressed, Withdrawn];
}

/// <summary>A mail as it is stored.</summary>
internal sealed record MailRow(
    Guid Id,
    Guid NotificationId,
    Guid Recipient,
    string Kind,
    string State,
    string? Address,
    string? Detail,
    long Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    DateTimeOffset DueAt,
    Guid? DigestId,
    Guid? OpenFor
)
{
    /// <summary>The columns, in the order that queries name them.</summary>
    public const string Columns = """
        id, notification_id, recipient, kind, state, address, detail, attempts, created_at, changed_at, due_at, digest_id, open_for
        """;

    public const string Insert = $"""
        INSERT INTO mail ({Columns})
        VALUES (@Id, @NotificationId, @Recipient, @Kind, @State, @Address, @Detail, @Attempts, @CreatedAt, @ChangedAt, @DueAt,
          @DigestId, @OpenFor)
        """;

    private const string ById = $"SELECT {Columns} FROM mail WHERE id = @Id";

    /// <summary>One that waits.</summary>
    public static MailRow New(NotificationRow of, DateTimeOffset now, DateTimeOffset dueAt, Guid? digestId = null) =>
        new(
            Guid.CreateVersion7(now),
            of.Id,
            of.Recipient,
            of.Kind,
            MailState.Queued,
            null,
            null,
            0,
            now,
            now,
            dueAt,
            digestId,
            null
        );

    public static Task<MailRow?> FindAsync(IReader reader, Guid id, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<MailRow>(ById, new { Id = id }, ct);
}
