using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Paging;
using Sillage.Api.Requests;
using Sillage.Hosting.Course;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Mine;
using Sillage.Notifications.Sending;
using Sillage.Storage;

namespace Sillage.Notifications.Course;

/// <summary>What somebody is to be notified of, in the course's form. What else it holds is not looked at.</summary>
/// <param name="UserId">The account.</param>
/// <param name="Title">One line.</param>
/// <param name="Message">Paragraphs with an empty line between them.</param>
/// <param name="Channels"><c>app</c>, <c>mail</c> or both; default: as the recipient's choice says.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record CourseNewNotification(
    Guid UserId,
    [property: Required, StringLength(200, MinimumLength = 1)] string Title,
    [property: Required, StringLength(10_000, MinimumLength = 1)] string Message,
    [property: MaxLength(2)] IReadOnlyList<string>? Channels = null
);

/// <summary>A notification in the course's form.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Title">One line.</param>
/// <param name="Message">The text.</param>
/// <param name="Read">Whether it was read.</param>
/// <param name="CreatedAt">When it came.</param>
public sealed record CourseNotification(
    Guid Id,
    string Type,
    string Title,
    string Message,
    bool Read,
    DateTimeOffset CreatedAt
)
{
    internal static CourseNotification Example { get; } = Of(MyNotification.Example);

    internal static CourseNotification Of(MyNotification notification) =>
        new(
            notification.Id,
            notification.Kind,
            notification.Subject,
            notification.Body,
            notification.ReadAt is not null,
            notification.CreatedAt
        );
}

/// <summary>Notifications at the course's address and in its form, over what the other routes do.</summary>
internal static class CourseNotifications
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var notifications = routes.MapCourse("notifications");
        notifications
            .MapGet("", List)
            .RequirePermission(Permission.Self)
            .WithSummary("List my notifications in the course's form")
            .WithDescription("The newest first.")
            .WithReplyExample(new DataPage<CourseNotification>([CourseNotification.Example], null));
        notifications
            .MapPost("", Send)
            .RequirePermission(NotificationsPermission.Send)
            .WithSummary("Notify somebody in the course's form")
            .WithDescription(
                "What `POST /api/v1/notifications` does; what became of it is at the address of `Location`."
            )
            .WithRequestExample(
                new CourseNewNotification(Guid.Empty, "The study ends on Friday", "Thank you for taking part.")
            )
            .Produces<DataOf<NotificationState>>(StatusCodes.Status202Accepted)
            .WithReplyExample(new DataOf<NotificationState>(NotificationState.Example))
            .Fails(StatusCodes.Status400BadRequest);
    }

    private static async Task<DataPageReply<CourseNotification>> List(
        PageRequest page,
        Caller caller,
        NotificationWords words,
        IDatabase<NotificationsData> database,
        IOptions<NotificationsOptions> options,
        CancellationToken ct
    ) => new((await ListMine.ListAsync(page, caller, words, database, options, ct)).Select(CourseNotification.Of));

    private static Task<IResult> Send(
        Body<CourseNewNotification> body,
        IdempotencyKey key,
        NewNotifications notifications,
        CancellationToken ct
    )
    {
        var request = body.Value;
        return notifications.SendAsync(
            new NewNotification(request.UserId, request.Title, request.Message, Channels: request.Channels),
            key,
            state => new DataOf<NotificationState>(state),
            ct
        );
    }
}
