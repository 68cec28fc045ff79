using Microsoft.Extensions.DependencyInjection;
using Sillage.Hosting.Modules;

namespace Sillage.Notifications.Contracts;

/// <summary>The channels by which a notification may reach somebody.</summary>
[Flags]
public enum NotificationChannels
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The list of one's notifications, and its live stream.</summary>
    App = 1,

    /// <summary>Mail to the address of the account.</summary>
    Mail = 2,
}

/// <summary>The texts of a kind in one language, as Fluid templates over the data of a notification.</summary>
/// <param name="Title">What the kind is called where people choose: <c>A comment on my post</c>. Plain text, no template.</param>
/// <param name="Subject">The subject of the mail and the first line in the list.</param>
/// <param name="Body">The text: paragraphs with an empty line between them.</param>
/// <param name="Action">
/// What the link to the data's <c>url</c> is called (<c>Read the comment</c>); null where there is none.
/// </param>
public sealed record NotificationTexts(string Title, string Subject, string Body, string? Action = null);

/// <summary>
/// A kind of notification, declared by the module that asks for it. It is known in every process, whether the declaring module
/// runs there or not.
/// </summary>
/// <param name="Name"><c>module.what</c> in lower case: <c>posts.comment</c>. It never changes, as people's choices name it.</param>
/// <param name="English">Its texts.</param>
/// <param name="French">Its texts.</param>
public sealed record NotificationKind(string Name, NotificationTexts English, NotificationTexts French)
    : IKnownEverywhere
{
    /// <summary>The channels that it goes by unless a person chose otherwise. Default: the list.</summary>
    public NotificationChannels Channels { get; init; } = NotificationChannels.App;

    /// <summary>
    /// Whether it concerns the account's security: nobody switches it off, it heeds neither quiet hours nor digests, and carries no
    /// unsubscription.
    /// </summary>
    public bool IsSecurity { get; init; }

    /// <summary>
    /// Whether getting it twice is better than not at all: where it is not known whether a mail arrived, it is sent again.
    /// </summary>
    public bool IsCritical { get; init; }

    /// <summary>Whether it also goes to an address that nobody has confirmed yet: what confirms it.</summary>
    public bool GoesToUnconfirmed { get; init; }

    /// <summary>
    /// Whether the data holds a secret, such as a link that opens something: it is shown to nobody, and forgotten once the mail is sent
    /// or given up.
    /// </summary>
    public bool IsSecret { get; init; }

    /// <summary>
    /// How long the mail waits, so that what is read or settled meanwhile is not sent: for what is read sooner in the app. Default: not at
    /// all.
    /// </summary>
    public TimeSpan MailWaits { get; init; }

    /// <summary>For how long it is worth sending; what could not be sent by then has failed. Default three days.</summary>
    public TimeSpan WorthFor { get; init; } = TimeSpan.FromDays(3);

    /// <summary>What the templates are shown with in a preview, and in a test send.</summary>
    public IReadOnlyDictionary<string, string> Example { get; init; } = new Dictionary<string, string>();
}

/// <summary>Declares kinds of notification.</summary>
public static class NotificationKindRegistration
{
    /// <summary>
    /// Declares a kind. Without effect where the notifications module is in no process of the deployment: what is asked for is then
    /// heard by nobody.
    /// </summary>
    public static IServiceCollection AddNotificationKind(this IServiceCollection services, NotificationKind kind)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(kind);
        return services.AddSingleton(kind);
    }
}
