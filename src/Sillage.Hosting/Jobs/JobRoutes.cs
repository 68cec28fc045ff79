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
using Sillage.Storage.Work;

namespace Sillage.Hosting.Jobs;

/// <summary>A piece of work in the background.</summary>
/// <param name="Id">Unique, and in the order in which jobs were asked for.</param>
/// <param name="Module">The database that it is kept in: its module's.</param>
/// <param name="Kind">What is to be done, as <c>noun.verb</c>.</param>
/// <param name="State">What it waits for: its time, its end, or an administrator.</param>
/// <param name="Arguments">What it needs, as JSON in a string: ids, no personal data.</param>
/// <param name="QueuedAt">When it was asked for; what recurs is asked for once.</param>
/// <param name="DueAt">Not before this time.</param>
/// <param name="Attempts">How often it was begun and did not end well, the run at this moment included.</param>
/// <param name="Progress">How far it is, as JSON in a string; absent if it has not said.</param>
/// <param name="Error">Why it failed the last time; absent if it has not.</param>
/// <param name="ParkedAt">Since when it is parked; absent if it is not.</param>
/// <param name="Links">What one can do next: of a parked one, have it tried again (<c>retry</c>).</param>
public sealed record BackgroundJob(
    Guid Id,
    string Module,
    string Kind,
    JobState State,
    string Arguments,
    DateTimeOffset QueuedAt,
    DateTimeOffset DueAt,
    long Attempts,
    string? Progress,
    string? Error,
    DateTimeOffset? ParkedAt,
    Links Links
);

/// <summary>Lists the jobs of this process's modules, and retries and drops those that are parked.</summary>
internal static class JobRoutes
{
    private const string Address = "/api/v1/jobs";
    private const int LongestKind = 100;

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup(Address).RequirePermission(ServerPermission.ManageJobs).WithTags("Jobs");
        jobs.MapGet("", List)
            .WithSummary("List jobs")
            .WithDescription(
                "Work in the background that waits, is being done or failed too often, of the modules in this process, in the order "
                    + "in which it was asked for. What is done is gone."
            )
            .WithQuery("state", "Only jobs in this state.", "parked")
            .WithQuery("kind", "Only jobs of this kind.", "traces.remove")
            .Fails(StatusCodes.Status400BadRequest);
        jobs.MapPost("/{id:guid}/retry", Retry)
            .WithSummary("Retry a parked job")
            .WithDescription("It is begun within moments, as if it had never been tried.")
            .Fails(StatusCodes.Status404NotFound);
        jobs.MapDelete("/{id:guid}", Drop)
            .WithSummary("Drop a parked job")
            .WithDescription("It will never be done.")
            .Fails(StatusCodes.Status404NotFound);
    }

    // By the words that replies have.
    private static bool TryRead(string? word, out JobState? state)
    {
        state = word switch
        {
            "waiting" => JobState.Waiting,
            "running" => JobState.Running,
            "parked" => JobState.Parked,
            _ => null,
        };
        return word is null || state is not null;
    }

    internal static async Task<Results<PageReply<BackgroundJob>, Problem>> List(
        PageRequest page,
        IEnumerable<IDatabase> databases,
        CancellationToken ct,
        string? state = null,
        string? kind = null
    )
    {
        if (!TryRead(state, out var asked))
        {
            return Problem.BadRequest(
                "The filter is not valid.",
                new FieldError("?state", "One of waiting, running, parked.")
            );
        }

        if (kind is { Length: > LongestKind } || kind?.Any(char.IsControl) == true)
        {
            return Problem.BadRequest(
                "The filter is not valid.",
                new FieldError("?kind", $"At most {LongestKind} characters, no control characters.")
            );
        }

        var filter = new JobFilter(asked, kind, page.After<Keys>()?.Id);
        var rows = new List<BackgroundJob>();
        foreach (var database in databases)
        {
            var some = await database.ReadAsync(reader => reader.ReadJobsAsync(filter, page.Limit + 1, ct), ct);
            rows.AddRange(some.Select(job => Of(job, database.Name)));
        }

        // A page of the whole is among the pages of its parts.
        return PageReply<BackgroundJob>.Of(
            [.. rows.OrderBy(row => row.Id.ToString(), StringComparer.Ordinal).Take(page.Limit + 1)],
            page,
            row => new Keys(row.Id)
        );
    }

    internal static Task<Results<NoContent, Problem>> Retry(
        Guid id,
        Caller caller,
        IEnumerable<IDatabase> databases,
        CancellationToken ct
    ) => DecideAsync(databases, id, "job.retried", caller, StoredJobs.RetryJobAsync, ct);

    internal static Task<Results<NoContent, Problem>> Drop(
        Guid id,
        Caller caller,
        IEnumerable<IDatabase> databases,
        CancellationToken ct
    ) => DecideAsync(databases, id, "job.dropped", caller, StoredJobs.DropJobAsync, ct);

    private static async Task<Results<NoContent, Problem>> DecideAsync(
        IEnumerable<IDatabase> databases,
        Guid id,
        string action,
        Caller caller,
        Func<IUnitOfWork, Guid, CancellationToken, Task<string?>> change,
        CancellationToken ct
    )
    {
        foreach (var database in databases)
        {
            var isDone = await database.WriteAsync(
                async unit =>
                {
                    if (await change(unit, id, ct) is not { } kind)
                    {
                        return false;
                    }

                    var details = $$"""{"kind":"{{kind}}"}""";
                    await unit.AuditAsync(new AuditEntry(action, caller.Id, id.ToString(), details), ct);
                    return true;
                },
                ct
            );
            if (isDone)
            {
                return TypedResults.NoContent();
            }
        }

        return Problem.NotFound();
    }

    private static BackgroundJob Of(Job job, string module) =>
        new(
            job.Id,
            module,
            job.Kind,
            job.State,
            job.Arguments,
            job.QueuedAt,
            job.DueAt,
            job.Attempts,
            job.Progress,
            job.Error,
            job.ParkedAt,
            job.ParkedAt is null ? [] : new Links { ["retry"] = $"{Address}/{job.Id}/retry" }
        );

    private sealed record Keys(Guid Id);
}
