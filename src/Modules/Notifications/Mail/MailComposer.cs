using System.Globalization;
using Microsoft.Extensions.Options;
using MimeKit;
using Sillage.Accounts.Contracts;
using Sillage.Notifications.Choices;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Kinds;
using Sillage.Notifications.Stored;
using Sillage.Notifications.Templates;
using Sillage.Storage;

namespace Sillage.Notifications.Mail;

/// <summary>Makes a mail's message of what is stored of it.</summary>
internal sealed class MailComposer(
    IDatabase<NotificationsData> database,
    NotificationValues texts,
    NotificationTemplates templates,
    KindCatalog kinds,
    UnsubscribeLinks unsubscribing,
    SmtpLine line,
    IOptions<NotificationsOptions> options,
    TimeProvider clock
)
{
    // What was read or settled meanwhile is left out.
    private const string SelectDigest = """
        SELECT n.id, n.recipient, n.kind, n.dedup_key, n.data, n.people, n.address_id, n.place, n.created_at, n.read_at, n.settled_at
        FROM mail JOIN notification n ON n.id = mail.notification_id
        WHERE mail.digest_id = @Id AND mail.state <> 'withdrawn' AND n.read_at IS NULL AND n.settled_at IS NULL
        ORDER BY mail.id LIMIT 200
        """;

    /// <summary>The message; null where there is nothing left to say.</summary>
    public async Task<MimeMessage?> ComposeAsync(
        MailRow mail,
        NotificationRow notification,
        PersonRow? person,
        NotificationKind kind,
        AccountAddress account,
        CancellationToken ct
    )
    {
        var language = person?.Language ?? options.Value.Language;
        var values = await texts.ValuesAsync(notification, ct);
        if (kind.Name == OwnKinds.Digest.Name)
        {
            var lines = await DigestAsync(mail, language, ct);
            if (lines.Count == 0)
            {
                return null;
            }

            values["count"] = lines.Count.ToString(CultureInfo.InvariantCulture);
            values["items"] = string.Join("\n\n", lines);
        }

        values["name"] = account.DisplayName ?? account.Username;
        values["username"] = account.Username;
        var unsubscribe = kind.IsSecurity ? null : await unsubscribing.OfAsync(mail.Recipient, kind, ct);
        var made = await templates.MailAsync(kind, language, values, unsubscribe);
        return MailMessages.Of(
            line.Setting!,
            mail.Id,
            kind,
            account.Email!,
            account.DisplayName ?? account.Username,
            made,
            unsubscribe,
            clock.GetUtcNow()
        );
    }

    private async Task<List<string>> DigestAsync(MailRow mail, string language, CancellationToken ct)
    {
        var rows = await database.ReadAsync(
            reader => reader.QueryAsync<NotificationRow>(SelectDigest, new { mail.Id }, ct),
            ct
        );
        var lines = new List<string>();
        foreach (var row in rows)
        {
            if (kinds.Find(row.Kind) is { } kind)
            {
                var values = await texts.ValuesAsync(row, ct);
                var subject = await templates.SubjectAsync(kind, language, values);
                lines.Add(templates.UrlOf(values) is { } url ? $"{subject}\n{url}" : subject);
            }
        }

        return lines;
    }
}
