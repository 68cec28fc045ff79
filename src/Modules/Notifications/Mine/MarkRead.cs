using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Notifications.Intake;
using Sillage.Storage;

namespace Sillage.Notifications.Mine;

/// <summary>How far somebody has read.</summary>
/// <param name="UpTo">The place of the last notification that was seen: what came after it stays unread.</param>
public sealed record ReadUpTo([property: Range(0, long.MaxValue)] long UpTo);

/// <summary>Marks the caller's notifications as read. A mail that waits for one of them does not go.</summary>
internal static class MarkRead
{
    private const string Exists = """
        SELECT count(*) FROM notification WHERE id = @Id AND recipient = @Recipient AND place IS NOT NULL
        """;

    public static void Map(RouteGroupBuilder mine)
    {
        mine.MapPost("/{id:guid}/read", Handle)
            .WithSummary("Mark a notification as read")
            .WithDescription("A mail about it that waits is not sent. Doing it twice does no harm.")
            .Fails(StatusCodes.Status404NotFound);
        mine.MapPost("/read", All)
            .WithSummary("Mark my notifications as read")
            .WithDescription("Up to a place in the list, so that what came meanwhile stays unread.")
            .WithRequestExample(new ReadUpTo(12));
    }

    private static async Task<Results<NoContent, Problem>> Handle(
        Guid id,
        Caller caller,
        Settling settling,
        IDatabase<NotificationsData> database,
        CancellationToken ct
    )
    {
        var isThere = await database.WriteAsync(
            async unit =>
                await settling.ReadAsync(unit, caller.Id, id, ct) > 0
                || await unit.ScalarAsync<long>(Exists, new { Id = id, Recipient = caller.Id }, ct) > 0,
            ct
        );
        return isThere ? TypedResults.NoContent() : Problem.NotFound();
    }

    private static async Task<NoContent> All(
        Body<ReadUpTo> body,
        Caller caller,
        Settling settling,
        IDatabase<NotificationsData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(unit => settling.ReadAllAsync(unit, caller.Id, body.Value.UpTo, ct), ct);
        return TypedResults.NoContent();
    }
}
