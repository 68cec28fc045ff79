using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Notifications.Sending;

/// <summary>Shows what became of a notification.</summary>
internal static class ReadNotification
{
    public static void Map(RouteGroupBuilder notifications) =>
        notifications
            .MapGet("/{id:guid}", Handle)
            .RequirePermission(NotificationsPermission.Send)
            .WithSummary("Read what became of a notification")
            .WithDescription("Whether it was read in the list, and the state of its mail.")
            .WithReplyExample(NotificationState.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<Reply<NotificationState>, Problem>> Handle(
        Guid id,
        IDatabase<NotificationsData> database,
        CancellationToken ct
    ) =>
        await database.ReadAsync(reader => NotificationState.FindAsync(reader, id, ct), ct) is { } state
            ? Reply.Ok(state)
            : Problem.NotFound();
}
