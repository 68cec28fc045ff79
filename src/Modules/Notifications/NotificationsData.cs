namespace Sillage.Notifications;

/// <summary>Stands for the module's tables.</summary>
public sealed class NotificationsData
{
    private NotificationsData() { }
}
