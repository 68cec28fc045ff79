using MailKit.Security;
using MimeKit;
using Sillage.Notifications.Contracts;

namespace Sillage.Notifications.Mail;

/// <summary>The setting <c>Notifications:Smtp</c>, read.</summary>
internal sealed record SmtpSetting(
    string Host,
    int Port,
    string? User,
    string? Password,
    SecureSocketOptions Security,
    MailboxAddress From
)
{
    /// <summary>The domain of our Message-IDs.</summary>
    public string Domain => From.Domain.Length > 0 ? From.Domain : "localhost";

    /// <summary>Reads it; null where no mail server is set.</summary>
    public static SmtpSetting? Of(NotificationsOptions options)
    {
        if (!options.SendsMail())
        {
            return null;
        }

        var uri = new Uri(options.Smtp!);
        var isTls = uri.Scheme == "smtps";
        var userInfo = uri.UserInfo.Split(':', 2);
        return new SmtpSetting(
            uri.Host,
            uri.Port > 0 ? uri.Port
                : isTls ? 465
                : 587,
            userInfo[0].Length == 0 ? null : Uri.UnescapeDataString(userInfo[0]),
            userInfo.Length < 2 ? null : Uri.UnescapeDataString(userInfo[1]),
            isTls ? SecureSocketOptions.SslOnConnect
                : options.SmtpWithoutTls ? SecureSocketOptions.StartTlsWhenAvailable
                : SecureSocketOptions.StartTls,
            SenderOf(options)
        );
    }

    private static MailboxAddress SenderOf(NotificationsOptions options)
    {
        var from = options.From is { Length: > 0 } given
            ? MailboxAddress.Parse(given)
            : new MailboxAddress(null, $"noreply@{new Uri(options.Site).Host}");
        return string.IsNullOrEmpty(from.Name) ? new MailboxAddress(options.SiteName, from.Address) : from;
    }

    /// <summary>Without the password, for logs.</summary>
    public override string ToString() => $"{Host}:{Port}";
}
