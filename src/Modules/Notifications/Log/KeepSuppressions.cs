using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Notifications.Mail;
using Sillage.Storage;

namespace Sillage.Notifications.Log;

/// <summary>An address that gets no mail.</summary>
/// <param name="Address">The address.</param>
/// <param name="Reason"><c>no-mailbox</c>, <c>bounced</c>, <c>complained</c> or <c>by-hand</c>.</param>
/// <param name="Detail">What was said about it; absent where nothing was.</param>
/// <param name="CreatedAt">Since when.</param>
public sealed record Suppression(string Address, string Reason, string? Detail, DateTimeOffset CreatedAt);

/// <summary>An address that is to get no mail, or again some.</summary>
/// <param name="Address">The address.</param>
public sealed record SuppressedAddress(
    [property: Required, StringLength(254, MinimumLength = 3), EmailAddress] string Address
);

/// <summary>The list of addresses that get no mail, and what administrators do with it.</summary>
internal static class KeepSuppressions
{
    private const string Select = $"""
        SELECT {SuppressionRow.Columns} FROM suppression WHERE address_key > @After ORDER BY address_key LIMIT @Limit
        """;

    private const string Delete = "DELETE FROM suppression WHERE address_key = @Key";

    public static void Map(RouteGroupBuilder notifications)
    {
        notifications
            .MapGet("/suppressions", Handle)
            .RequirePermission(NotificationsPermission.Manage)
            .WithSummary("List addresses that get no mail")
            .WithDescription("Because there is no such mailbox, mail came back, or its reader called it spam.");
        notifications
            .MapPost("/suppressions", Add)
            .RequirePermission(NotificationsPermission.Manage)
            .WithSummary("Send no mail to an address")
            .WithRequestExample(new SuppressedAddress("player@example.org"))
            .Fails(StatusCodes.Status400BadRequest);
        notifications
            .MapPost("/suppressions/removal", Remove)
            .RequirePermission(NotificationsPermission.Manage)
            .WithSummary("Send mail to an address again")
            .WithRequestExample(new SuppressedAddress("player@example.org"))
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<PageReply<Suppression>> Handle(
        PageRequest page,
        IDatabase<NotificationsData> database,
        CancellationToken ct
    )
    {
        var parameters = new { After = page.After<Keys>()?.Address ?? "", Limit = page.Limit + 1 };
        var rows = await database.ReadAsync(reader => reader.QueryAsync<SuppressionRow>(Select, parameters, ct), ct);
        return PageReply<Suppression>.Of(
            [.. rows.Select(row => new Suppression(row.Address, row.Reason, row.Detail, row.CreatedAt))],
            page,
            row => new Keys(SuppressionRow.KeyOf(row.Address))
        );
    }

    private static async Task<NoContent> Add(
        Body<SuppressedAddress> body,
        Caller caller,
        IDatabase<NotificationsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                await SuppressionRow.AddAsync(
                    unit,
                    body.Value.Address.Trim(),
                    null,
                    SuppressionReason.ByHand,
                    null,
                    clock.GetUtcNow(),
                    ct
                );
                await unit.AuditAsync(new AuditEntry("suppression.added", caller.Id, "suppressions"), ct);
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, Problem>> Remove(
        Body<SuppressedAddress> body,
        Caller caller,
        IDatabase<NotificationsData> database,
        CancellationToken ct
    )
    {
        var removed = await database.WriteAsync(
            async unit =>
            {
                var gone = await unit.ExecuteAsync(Delete, new { Key = SuppressionRow.KeyOf(body.Value.Address) }, ct);
                if (gone > 0)
                {
                    await unit.AuditAsync(new AuditEntry("suppression.removed", caller.Id, "suppressions"), ct);
                }

                return gone;
            },
            ct
        );
        return removed > 0 ? TypedResults.NoContent() : Problem.NotFound();
    }

    private sealed record Keys(string Address);
}
