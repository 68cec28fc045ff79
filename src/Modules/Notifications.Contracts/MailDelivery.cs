using Microsoft.Extensions.Options;
using Sillage.Storage.Events;

namespace Sillage.Notifications.Contracts;

/// <summary>Whether a notification by mail would go anywhere: for those who would promise one.</summary>
public sealed class MailDelivery(IOptions<NotificationsOptions> options, IDeployment deployment)
{
    /// <summary>Whether a mail server is set and a process of the deployment has the notifications module.</summary>
    /// <exception cref="Storage.DatabaseUnavailableException">The engine cannot be reached now; the caller may try again.</exception>
    public async ValueTask<bool> IsThereAsync(CancellationToken ct) =>
        options.Value.SendsMail()
        && (await deployment.ListAsync(ct)).Any(module => module.Subscriptions.Contains(NotificationWanted.EventName));
}
