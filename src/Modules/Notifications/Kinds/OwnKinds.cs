using Sillage.Notifications.Contracts;

namespace Sillage.Notifications.Kinds;

/// <summary>The kinds of the module itself.</summary>
internal static class OwnKinds
{
    /// <summary>What a service or an administrator writes to somebody.</summary>
    public static NotificationKind Message { get; } =
        new(
            "notifications.message",
            new("Messages from the people who run this", "{{ subject }}", "{{ body }}", "Open it"),
            new("Messages de l'équipe", "{{ subject }}", "{{ body }}", "Ouvrir")
        )
        {
            Channels = NotificationChannels.App | NotificationChannels.Mail,
            Example = new Dictionary<string, string>
            {
                ["subject"] = "The study ends on Friday",
                ["body"] = "Thank you for taking part.\n\nThe last session is on Friday at noon.",
            },
        };

    /// <summary>Several notifications in one mail.</summary>
    public static NotificationKind Digest { get; } =
        new(
            "notifications.digest",
            new(
                "What happened meanwhile",
                "{{ count }} new notification{% if count != '1' %}s{% endif %}",
                "{{ items }}"
            ),
            new(
                "Ce qui s'est passé",
                "{{ count }} nouvelle{% if count != '1' %}s{% endif %} notification{% if count != '1' %}s{% endif %}",
                "{{ items }}"
            )
        )
        {
            Channels = NotificationChannels.Mail,
            WorthFor = TimeSpan.FromDays(10),
            Example = new Dictionary<string, string> { ["count"] = "2", ["items"] = "One thing\n\nAnother thing" },
        };

    /// <summary>A mail that an administrator sends to themselves, to see whether it arrives and how it looks.</summary>
    public static NotificationKind Trial { get; } =
        new(
            "notifications.trial",
            new("Trial mails", "{{ subject }}", "{{ body }}", "Open it"),
            new("Courriels d'essai", "{{ subject }}", "{{ body }}", "Ouvrir")
        )
        {
            Channels = NotificationChannels.Mail,
            IsSecurity = true,
            GoesToUnconfirmed = true,
            WorthFor = TimeSpan.FromHours(1),
            Example = new Dictionary<string, string>
            {
                ["subject"] = "A trial mail",
                ["body"] = "If you can read this, mail works.",
            },
        };
}
