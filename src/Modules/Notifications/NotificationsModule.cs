using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts.Erasures;
using Sillage.Api.Access;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Pages;
using Sillage.Notifications.Choices;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Course;
using Sillage.Notifications.Intake;
using Sillage.Notifications.Kinds;
using Sillage.Notifications.Log;
using Sillage.Notifications.Mail;
using Sillage.Notifications.Mine;
using Sillage.Notifications.PersonalData;
using Sillage.Notifications.Sending;
using Sillage.Notifications.Templates;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Notifications;

/// <summary>How people hear of what concerns them: a list of their own, live, and mail.</summary>
public sealed class NotificationsModule : IModule
{
    private const string DeleteOld = """
        DELETE FROM notification WHERE id IN (SELECT id FROM notification WHERE created_at < @Before LIMIT @Limit)
        """;

    /// <inheritdoc />
    public string Name => "notifications";

    /// <inheritdoc />
    public IReadOnlyList<Permission> Permissions => NotificationsPermission.All;

    /// <inheritdoc />
    public IReadOnlyList<ConsolePage> Pages { get; } =
    [
        new("notifications", 70, "Notifications", "Notifications") { Counts = MyNotification.Root + "/live" },
        new("mail", 72, "Mail", "Courriels") { For = [NotificationsPermission.Manage] },
    ];

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<NotificationsData>(Name);
        services.AddNotificationContracts();
        services.AddNotificationKind(OwnKinds.Message);
        services.AddNotificationKind(OwnKinds.Digest);
        services.AddNotificationKind(OwnKinds.Trial);

        services.AddSingleton<KindCatalog>();
        services.AddSingleton<NotificationSignals>();
        services.AddSingleton<NotificationStreams>();
        services.AddSingleton<NotificationIntake>();
        services.AddSingleton<NewNotifications>();
        services.AddSingleton<Settling>();
        services.AddSingleton<NotificationTemplates>();
        services.AddSingleton<NotificationValues>();
        services.AddSingleton<NotificationWords>();
        services.AddSingleton<UnsubscribeLinks>();
        services.AddSingleton<SmtpLine>();
        services.AddSingleton<MailDesk>();
        services.AddSingleton<MailComposer>();

        services.AddEventHandler<NotificationsData, NotificationWanted, HearWanted>();
        services.AddEventHandler<NotificationsData, NotificationSettled, HearSettled>();
        services.AddWork<NotificationsData, SendMail, SendMailWork>(
            (work, provider) =>
            {
                work.Limit = provider.GetRequiredService<IOptions<NotificationsOptions>>().Value.SmtpConnections;
                // Given up by the mail's own states, never by the kit.
                work.MaxAttempts = null;
            }
        );
        services.AddRetention<NotificationsData>(
            DeleteOld,
            provider => provider.GetRequiredService<IOptions<NotificationsOptions>>().Value.Keep
        );
        services.AddPersonalData<NotificationsData, NotificationsPersonalData>();
    }

    /// <inheritdoc />
    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var notifications = routes.MapGroup("/api/v1/notifications").WithTags("Notifications");
        SendNotification.Map(notifications);
        ReadNotification.Map(notifications);
        ReadMails.Map(notifications);
        KeepSuppressions.Map(notifications);
        TakeBounces.Map(notifications);
        TryTemplates.Map(notifications);

        var me = routes.MapGroup("/api/v1/me").RequirePermission(Permission.Self).WithTags("Me");
        var mine = me.MapGroup("/notifications");
        ListMine.Map(mine);
        MarkRead.Map(mine);
        WatchMine.Map(mine);
        MyChoices.Map(me.MapGroup("/notification-choices"));

        Unsubscribe.Map(routes);
        CourseNotifications.Map(routes);
    }
}
