using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.Hosting.Events;

/// <summary>An event that a module could not handle at any attempt.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Module">The module whose handlers failed.</param>
/// <param name="Name">What happened, as <c>module.what-happened</c>.</param>
/// <param name="Source">The module that published it.</param>
/// <param name="Key">What it happened to: the id of an account or of another resource.</param>
/// <param name="OccurredAt">When it was published.</param>
/// <param name="ParkedAt">When it was parked.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">Why it failed the last time.</param>
/// <param name="Links">What one can do next: put it back (<c>replay</c>).</param>
public sealed record ParkedEvent(
    Guid Id,
    string Module,
    string Name,
    string Source,
    string Key,
    DateTimeOffset OccurredAt,
    DateTimeOffset ParkedAt,
    long Attempts,
    string Error,
    Links Links
);

/// <summary>Lists, replays and drops what the modules of this process have parked.</summary>
internal static class ParkedEventRoutes
{
    private const string Address = "/api/v1/events/parked";

    public static void MapParkedEvents(this IEndpointRouteBuilder routes)
    {
        var parked = routes.MapGroup(Address).RequirePermission(ServerPermission.ManageEvents).WithTags("Events");
        parked
            .MapGet("", List)
            .WithSummary("List parked events")
            .WithDescription(
                "Events whose handlers failed at every attempt, in the order of their publication, of the modules in this process."
            );
        parked
            .MapPost("/{id:guid}/replay", Replay)
            .WithSummary("Replay a parked event")
            .WithDescription("It is handled within moments, as if it had just come.")
            .WithQuery("module", "Only in this module; without it in every one that has parked it.", "traces")
            .Fails(StatusCodes.Status404NotFound);
        parked
            .MapDelete("/{id:guid}", Drop)
            .WithSummary("Drop a parked event")
            .WithDescription(
                "The module will never have had it. An erasure that is dropped leaves the person's data there."
            )
            .WithQuery("module", "Only in this module; without it in every one that has parked it.", "traces")
            .Fails(StatusCodes.Status404NotFound);
    }

    internal static async Task<PageReply<ParkedEvent>> List(
        PageRequest page,
        IEnumerable<IDatabase> databases,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>();
        var rows = new List<ParkedEvent>();
        foreach (var database in databases)
        {
            // One event may be parked in several modules, which come by their names.
            var includesIt = after is not null && string.CompareOrdinal(database.Name, after.Module) > 0;
            var some = await database.ReadAsync(
                reader => reader.ReadParkedEventsAsync(after?.Id, includesIt, page.Limit + 1, ct),
                ct
            );
            rows.AddRange(some.Select(row => Of(row, database.Name)));
        }

        // A page of the whole is among the pages of its parts.
        return PageReply<ParkedEvent>.Of(
            [
                .. rows.OrderBy(row => row.Id.ToString(), StringComparer.Ordinal)
                    .ThenBy(row => row.Module, StringComparer.Ordinal)
                    .Take(page.Limit + 1),
            ],
            page,
            row => new Keys(row.Id, row.Module)
        );
    }

    internal static Task<Results<NoContent, Problem>> Replay(
        Guid id,
        Caller caller,
        IEnumerable<IDatabase> databases,
        CancellationToken ct,
        string? module = null
    ) => ForEachAsync(databases, module, id, "event.replayed", caller, ParkedEvents.ReplayParkedEventAsync, ct);

    internal static Task<Results<NoContent, Problem>> Drop(
        Guid id,
        Caller caller,
        IEnumerable<IDatabase> databases,
        CancellationToken ct,
        string? module = null
    ) => ForEachAsync(databases, module, id, "event.dropped", caller, ParkedEvents.DropParkedEventAsync, ct);

    private static async Task<Results<NoContent, Problem>> ForEachAsync(
        IEnumerable<IDatabase> databases,
        string? module,
        Guid id,
        string action,
        Caller caller,
        Func<IUnitOfWork, Guid, CancellationToken, Task<string?>> change,
        CancellationToken ct
    )
    {
        var found = false;
        foreach (var database in databases.Where(database => module is null || database.Name == module))
        {
            found |= await database.WriteAsync(
                async unit =>
                {
                    if (await change(unit, id, ct) is not { } name)
                    {
                        return false;
                    }

                    await unit.AuditAsync(
                        new AuditEntry(action, caller.Id, id.ToString(), $$"""{"event":"{{name}}"}"""),
                        ct
                    );
                    return true;
                },
                ct
            );
        }

        return found ? TypedResults.NoContent() : Problem.NotFound();
    }

    private static ParkedEvent Of(ParkedEventRow row, string module) =>
        new(
            row.Id,
            module,
            row.Name,
            row.Source,
            row.Key,
            row.OccurredAt,
            row.ParkedAt,
            row.Attempts,
            row.Error,
            new Links { ["replay"] = $"{Address}/{row.Id}/replay?module={module}" }
        );

    private sealed record Keys(Guid Id, string Module);
}
