using Microsoft.Extensions.DependencyInjection;
using Sillage.Messaging.Rooms;
using Sillage.Notifications.Contracts;

namespace Sillage.Messaging.Unread;

/// <summary>What people are notified of.</summary>
internal static class UnreadKinds
{
    private const string Message = "messaging.message";
    private const string Mention = "messaging.mention";

    /// <summary>Declares the kinds.</summary>
    public static IServiceCollection AddUnreadKinds(this IServiceCollection services) =>
        services
            .AddNotificationKind(
                new NotificationKind(
                    Message,
                    new NotificationTexts(
                        "A message to me that I have not read",
                        "{% if room == '' %}{{ sender }} wrote to you{% else %}{{ sender }} wrote in “{{ room }}”{% endif %}",
                        "There is a message that you have not read yet.",
                        "Read it"
                    ),
                    new NotificationTexts(
                        "Un message que je n’ai pas lu",
                        "{% if room == '' %}{{ sender }} vous a écrit{% else %}{{ sender }} a écrit dans « {{ room }} »{% endif %}",
                        "Il y a un message que vous n’avez pas encore lu.",
                        "Le lire"
                    )
                )
                {
                    Example = Example(""),
                }
            )
            .AddNotificationKind(
                new NotificationKind(
                    Mention,
                    new NotificationTexts(
                        "Somebody named me in a room, and I have not read it",
                        "{{ sender }} named you in “{{ room }}”",
                        "There is a message in “{{ room }}” that names you and that you have not read yet.",
                        "Read it"
                    ),
                    new NotificationTexts(
                        "Quelqu’un m’a mentionné dans un salon, et je ne l’ai pas lu",
                        "{{ sender }} vous a mentionné dans « {{ room }} »",
                        "Un message de « {{ room }} » vous mentionne, et vous ne l’avez pas encore lu.",
                        "Le lire"
                    )
                )
                {
                    Example = Example("The boathouse"),
                }
            );

    /// <summary>The kind by what stands in the table.</summary>
    public static string Of(string reason) => reason == UnreadNotices.Mention ? Mention : Message;

    /// <summary>Asks for a notification.</summary>
    public static NotificationWanted Wanted(Room room, string reason, Guid account, long seq, Guid sender) =>
        new(
            Of(reason),
            account,
            UnreadNotices.KeyOf(room.Id, seq),
            new Dictionary<string, string> { ["room"] = room.Name, ["url"] = $"/chat/{room.Slug ?? $"{room.Id}"}" }
        )
        {
            People = new Dictionary<string, Guid> { ["sender"] = sender },
        };

    private static Dictionary<string, string> Example(string room) =>
        new()
        {
            ["room"] = room,
            ["sender"] = "player-1",
            ["url"] = "/chat",
        };
}
