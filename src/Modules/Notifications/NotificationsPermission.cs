using Sillage.Api.Access;

namespace Sillage.Notifications;

/// <summary>What the module asks of callers; administrators hold it.</summary>
internal static class NotificationsPermission
{
    /// <summary>Notify others: for services, by an API key.</summary>
    public static Permission Send { get; } = new("notifications.send");

    /// <summary>Read the log of mails, see and try the texts, keep the list of addresses that get no mail.</summary>
    public static Permission Manage { get; } = new("notifications.manage");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Permission> All { get; } = [Send, Manage];
}
