using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>What rowers and coaches are notified of.</summary>
internal static class RowingKinds
{
    private const string Assigned = "rowing.assigned";
    private const string Changed = "rowing.assignment-changed";
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
                    Changed,
                    new NotificationTexts(
                        "A workout that is assigned to my squad changes",
                        "{{ coach }} changed “{{ title }}”",
                        "{{ coach }} changed “{{ title }}”, which is assigned to {{ squad }}: when it is to be rowed, at what, or what is said of it.",
                        "See it"
                    ),
                    new NotificationTexts(
                        "Une séance donnée à mon équipe change",
                        "{{ coach }} a modifié « {{ title }} »",
                        "{{ coach }} a modifié la séance « {{ title }} », donnée à {{ squad }} : ses dates, ses objectifs ou ce qui en est dit.",
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
    ) => unit.PublishAllAsync([.. rowers.Select(r => About(Assigned, assignment, squad, coach, r))], ct);

    /// <summary>Tells rowers that it has changed; an earlier change is nothing to be told of any more.</summary>
    public static async Task TellOfChangeAsync(
        IUnitOfWork unit,
        AssignmentRow before,
        AssignmentRow assignment,
        string squad,
        Guid coach,
        IReadOnlyList<Guid> rowers,
        CancellationToken ct
    )
    {
        if (before.ChangedAt is not null)
        {
            await unit.PublishAllAsync(
                [.. rowers.Select(rower => new NotificationSettled(Changed, rower, KeyOf(Changed, before)))],
                ct
            );
        }

        await unit.PublishAllAsync([.. rowers.Select(r => About(Changed, assignment, squad, coach, r))], ct);
    }

    /// <summary>What is no longer assigned is nothing to be told of.</summary>
    public static Task TakeBackAsync(
        IUnitOfWork unit,
        AssignmentRow assignment,
        IEnumerable<Guid> rowers,
        CancellationToken ct
    )
    {
        string[] kinds = assignment.ChangedAt is null ? [Assigned] : [Assigned, Changed];
        return unit.PublishAllAsync(
            [
                .. rowers.SelectMany(rower =>
                    kinds.Select(kind => new NotificationSettled(kind, rower, KeyOf(kind, assignment)))
                ),
            ],
            ct
        );
    }

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

    private static NotificationWanted About(
        string kind,
        AssignmentRow assignment,
        string squad,
        Guid coach,
        Guid rower
    ) =>
        new(
            kind,
            rower,
            KeyOf(kind, assignment),
            new Dictionary<string, string>
            {
                ["title"] = assignment.Title,
                ["squad"] = squad,
                ["url"] = $"/rowing/squads/{assignment.SquadId}",
            }
        )
        {
            People = new Dictionary<string, Guid> { ["coach"] = coach },
        };

    // Each change is told of; of the assignment itself once.
    private static string KeyOf(string kind, AssignmentRow assignment) =>
        kind == Changed
            ? $"{assignment.Id} {assignment.ChangedAt!.Value.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}"
            : assignment.Id.ToString();
}
