using Sillage.Storage.Work;

namespace Sillage.Notifications.Mail;

/// <summary>Sends a mail.</summary>
/// <param name="MailId">Which.</param>
internal sealed record SendMail(Guid MailId) : IJob
{
    public static string Kind => "mail.send";

    string IJob.Key => MailId.ToString();
}
