using Microsoft.Extensions.DependencyInjection;
using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>What rowers and coaches are notified of.</summary>
internal static class RowingKinds
{
    private const string Assigned = "rowing.assigned";
    private const string Comment = "rowing.comment";

    /// <summary>Declares the kinds.</summary>
    public static IServiceCollection AddRowingKinds(this IServiceCollection services) =>
        services
            .AddNotificationKind(
                new NotificationKind(
                    Assigned,
                    new NotificationTexts(
                        "A workout is assigned to my squad",
                        "{{ coach }} assigned “{{ title }}” to {{ squad }}",
                        "{{ coach }} assigned “{{ title }}” to {{ squad }}.",
                        "See it"
                    ),
                    new NotificationTexts(
                        "Une séance est donnée à mon équipe",
                        "{{ coach }} a donné « {{ title }} » à {{ squad }}",
                        "{{ coach }} a donné la séance « {{ title }} » à {{ squad }}.",
                        "La voir"
                    )
                )
                {
                    Example = new Dictionary<string, string>
                    {
                        ["coach"] = "coach-1",
                        ["title"] = "Saturday's test",
                        ["squad"] = "First eight",
                        ["url"] = "/rowing",
                    },
                }
            )
            .AddNotificationKind(
                new NotificationKind(
                    Comment,
                    new NotificationTexts(
                        "A comment on a workout",
                        "{{ author }} commented on a workout",
                        "{{ author }} commented on a workout of yours, or one that you commented on.",
                        "Read it"
                    ),
                    new NotificationTexts(
                        "Un commentaire sur une séance",
                        "{{ author }} a commenté une séance",
                        "{{ author }} a commenté une de vos séances, ou une séance que vous avez commentée.",
                        "Le lire"
                    )
                )
                {
                    Example = new Dictionary<string, string> { ["author"] = "coach-1", ["url"] = "/rowing" },
                }
            );

    /// <summary>Tells rowers of a workout that is assigned to them.</summary>
    public static Task TellAsync(
        IUnitOfWork unit,
        AssignmentRow assignment,
        string squad,
        Guid coach,
        IEnumerable<Guid> rowers,
        CancellationToken ct
    ) =>
        unit.PublishAllAsync(
            [
                .. rowers.Select(rower => new NotificationWanted(
                    Assigned,
                    rower,
                    assignment.Id.ToString(),
                    new Dictionary<string, string>
                    {
                        ["title"] = assignment.Title,
                        ["squad"] = squad,
                        ["url"] = $"/rowing/squads/{assignment.SquadId}",
                    }
                )
                {
                    People = new Dictionary<string, Guid> { ["coach"] = coach },
                }),
            ],
            ct
        );

    /// <summary>What is no longer assigned is nothing to be told of.</summary>
    public static Task TakeBackAsync(
        IUnitOfWork unit,
        Guid assignment,
        IEnumerable<Guid> rowers,
        CancellationToken ct
    ) =>
        unit.PublishAllAsync(
            [.. rowers.Select(rower => new NotificationSettled(Assigned, rower, assignment.ToString()))],
            ct
        );

    /// <summary>Tells of a comment.</summary>
    public static Task TellOfCommentAsync(
        IUnitOfWork unit,
        Guid workout,
        Guid comment,
        Guid author,
        IEnumerable<Guid> recipients,
        CancellationToken ct
    ) =>
        unit.PublishAllAsync(
            [
                .. recipients.Select(recipient => new NotificationWanted(
                    Comment,
                    recipient,
                    comment.ToString(),
                    new Dictionary<string, string> { ["url"] = $"/rowing/workouts/{workout}" }
                )
                {
                    People = new Dictionary<string, Guid> { ["author"] = author },
                }),
            ],
            ct
        );
}
