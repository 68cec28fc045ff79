using Microsoft.Extensions.DependencyInjection;
using Sillage.Hosting.Settings;

namespace Sillage.Notifications.Contracts;

/// <summary>Registers what every process with a module that asks for notifications needs.</summary>
public static class NotificationsRegistration
{
    /// <summary>Adds the settings and <see cref="MailDelivery"/>; more than once does no harm.</summary>
    public static IServiceCollection AddNotificationContracts(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.All(service => service.ServiceType != typeof(MailDelivery)))
        {
            services.AddSettings<NotificationsOptions>("Notifications");
            services.AddSingleton<MailDelivery>();
        }

        return services;
    }
}
