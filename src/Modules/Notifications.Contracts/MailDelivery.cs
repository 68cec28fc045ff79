using Microsoft.Extensions.Options;
using Sillage.Storage.Events;

namespace Sillage.Notifications.Contracts;

/// <summary>Whether a notification by mail would go anywhere: for those who would promise one.</summary>
public sealed class MailDelivery(IOptions<NotificationsOptions> options, IDeployment deployment, IEventBus bus)
{
    /// <summary>
    /// Whether a mail server is set and a process of the deployment has the notifications module. Where a broker carries events, the setting is
    /// believed: who listens there, nobody knows, and what is published waits for him.
    /// </summary>
    /// <exception cref="Storage.DatabaseUnavailableException">The engine cannot be reached now; the caller may try again.</exception>
    public async ValueTask<bool> IsThereAsync(CancellationToken ct) =>
        options.Value.SendsMail()
        && (
            bus.ReachesElsewhere
            || (await deployment.ListAsync(ct)).Any(module =>
                module.Subscriptions.Contains(NotificationWanted.EventName)
            )
        );
}
