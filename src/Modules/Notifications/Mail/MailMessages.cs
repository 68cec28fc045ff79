using MimeKit;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Templates;

namespace Sillage.Notifications.Mail;

/// <summary>Makes messages, with the headers that say what kind of mail this is.</summary>
internal static class MailMessages
{
    /// <summary>The message. Its Message-ID is the mail's own, so that one that is sent again is known as the same.</summary>
    public static MimeMessage Of(
        SmtpSetting setting,
        Guid id,
        NotificationKind kind,
        string address,
        string? name,
        MailTexts texts,
        string? unsubscribe,
        DateTimeOffset at
    )
    {
        var message = new MimeMessage
        {
            MessageId = $"{id:N}@{setting.Domain}",
            Subject = texts.Subject,
            Date = at,
            Body = new BodyBuilder { TextBody = texts.Text, HtmlBody = texts.Html }.ToMessageBody(),
        };
        message.From.Add(setting.From);
        message.To.Add(new MailboxAddress(name, address));
        // RFC 3834, and what Exchange and older programs look for: nobody's absence answers it.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        if (!kind.IsSecurity)
        {
            message.Headers.Add("Precedence", "bulk");
        }

        if (unsubscribe is not null)
        {
            // RFC 8058 wants both, and both covered by the signature that the mail server puts on.
            message.Headers.Add("List-Unsubscribe", $"<{unsubscribe}>");
            message.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        return message;
    }

    /// <summary>The id of a mail by its Message-ID; null if it is none of ours.</summary>
    public static Guid? IdOf(string messageId)
    {
        var local = messageId.Trim().TrimStart('<').Split('@')[0];
        return Guid.TryParseExact(local, "N", out var id) ? id : null;
    }
}
