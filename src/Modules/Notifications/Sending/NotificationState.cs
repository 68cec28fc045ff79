using Sillage.Api.Replies;
using Sillage.Notifications.Stored;
using Sillage.Storage;

namespace Sillage.Notifications.Sending;

/// <summary>What became of a notification.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Recipient">The account that it is for.</param>
/// <param name="CreatedAt">When it was taken in.</param>
/// <param name="InList">Whether it is in the recipient's list.</param>
/// <param name="ReadAt">When it was read there; absent if it was not.</param>
/// <param name="Mail">What became of its mail; absent where there is none.</param>
/// <param name="Links">What one can do next.</param>
public sealed record NotificationState(
    Guid Id,
    string Kind,
    Guid Recipient,
    DateTimeOffset CreatedAt,
    bool InList,
    DateTimeOffset? ReadAt,
    MailRecord? Mail,
    Links Links
)
{
    private const string SelectNotification = $"SELECT {NotificationRow.Columns} FROM notification WHERE id = @Id";

    private const string SelectMail = $"SELECT {MailRow.Columns} FROM mail WHERE notification_id = @Id";

    internal static NotificationState Example { get; } =
        new(
            Guid.Empty,
            "notifications.message",
            Guid.Empty,
            DateTimeOffset.UnixEpoch,
            true,
            null,
            MailRecord.Example,
            new Links($"/api/v1/notifications/{Guid.Empty}")
        );

    internal static async Task<NotificationState?> FindAsync(IReader reader, Guid id, CancellationToken ct)
    {
        if (await reader.FirstOrDefaultAsync<NotificationRow>(SelectNotification, new { Id = id }, ct) is not { } row)
        {
            return null;
        }

        var mail = await reader.FirstOrDefaultAsync<MailRow>(SelectMail, new { Id = id }, ct);
        return new NotificationState(
            row.Id,
            row.Kind,
            row.Recipient,
            row.CreatedAt,
            row.Place is not null,
            row.ReadAt,
            mail is null ? null : MailRecord.Of(mail),
            new Links($"/api/v1/notifications/{row.Id}")
        );
    }
}

/// <summary>A mail in the log.</summary>
/// <param name="Id">Its id, which is also in its Message-ID.</param>
/// <param name="Kind">The kind of notification.</param>
/// <param name="Recipient">The account that it is for.</param>
/// <param name="State">
/// <c>queued</c>, <c>sending</c>, <c>sent</c>, <c>failed</c>, <c>unknown</c> (the line broke before the answer came), <c>suppressed</c> or
/// <c>withdrawn</c>.
/// </param>
/// <param name="Address">Where it went; absent before it did.</param>
/// <param name="Detail">What the mail server said, or why it did not go; absent where there is nothing to say.</param>
/// <param name="Attempts">How often it was handed over.</param>
/// <param name="CreatedAt">When it was wanted.</param>
/// <param name="ChangedAt">Since when it has this state.</param>
/// <param name="DueAt">Before when it is not sent.</param>
/// <param name="Digest">The digest that it goes with; absent where it goes alone.</param>
/// <param name="Links">What one can do next.</param>
public sealed record MailRecord(
    Guid Id,
    string Kind,
    Guid Recipient,
    string State,
    string? Address,
    string? Detail,
    long Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    DateTimeOffset DueAt,
    Guid? Digest,
    Links Links
)
{
    internal static MailRecord Example { get; } =
        new(
            Guid.Empty,
            "notifications.message",
            Guid.Empty,
            MailState.Queued,
            null,
            null,
            0,
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch,
            null,
            new Links($"/api/v1/notifications/{Guid.Empty}")
        );

    internal static MailRecord Of(MailRow row) =>
        new(
            row.Id,
            row.Kind,
            row.Recipient,
            row.State,
            row.Address,
            row.Detail,
            row.Attempts,
            row.CreatedAt,
            row.ChangedAt,
            row.DueAt,
            row.DigestId,
            new Links($"/api/v1/notifications/mails/{row.Id}")
            {
                ["notification"] = $"/api/v1/notifications/{row.NotificationId}",
            }
        );
}
