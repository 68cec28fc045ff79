using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>
/// Shows changes of records as they come, as server-sent events. Nothing is kept for a reader: a wake-up says that there is something, and what it is gets read from
/// storage from where the reader stands, by the rules for who reads.
/// </summary>
internal static class WatchRecords
{
    private const int AtOnce = 200;

    // After this the stream ends and the client comes back where it was, with a credential that is good now.
    private static readonly TimeSpan LongestStream = TimeSpan.FromHours(1);

    // What another process stores wakes nobody here.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void Map(RouteGroupBuilder records) =>
        records
            .MapGet("/live", Handle)
            .RequirePermission(CollectionsPermission.Use)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Watch records")
            .WithDescription(
                """
                Server-sent events. `change`: a record as *List changes of records* tells it, with `deleted` also where it came out of the caller's sight; its `id` is the cursor behind
                it. It starts with `ready`, whose `id` is where the stream stands; with `Last-Event-ID`, or `since`, it goes on behind that cursor, without a gap. A comment
                comes every 15 seconds when nothing else does. The stream ends after an hour, when the session does, and when the declaration or the caller's role changes.

                The credential goes into the Authorization header as everywhere, so use `fetch` and read the body, not `EventSource`, which cannot send one.
                """
            )
            .WithQuery("since", "The cursor to go on behind. Default: what comes next.")
            .WithQuery(
                "filter",
                "Which records, as in *List records*: a change of another one comes as deleted. Default all."
            )
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status410Gone);

    private static async Task<Results<EmptyHttpResult, Problem>> Handle(
        HttpContext http,
        FoundCollection found,
        Caller caller,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        IOptions<CollectionsOptions> options,
        IHostApplicationLifetime lifetime,
        TimeProvider clock,
        string? since = null,
        string? filter = null
    )
    {
        var (plan, now) = (found.Plan, clock.GetUtcNow());
        if (new Access(found.Known, found.Viewer, now).RuleOf(Deed.Read) is Truth { Value: false })
        {
            return new Access(found.Known, found.Viewer, now).Denied(Deed.Read);
        }

        var test = RecordQuery.FilterAt("?filter", filter, found.Known, found.Viewer);
        var last = http.Request.Headers["Last-Event-ID"].ToString();
        var text = last.Length > 0 ? last : since;
        var oldest = now - TimeSpan.FromDays(options.Value.KeepDeletedDays);
        var from = text is null
            ? new ChangeCursor(
                await database.ReadAsync(
                    r => ChangeFeed.LastAsync(r, plan.Key, http.RequestAborted),
                    http.RequestAborted
                ),
                plan.Revision,
                now
            )
            : ChangeCursor.Read(text, last.Length > 0 ? "Last-Event-ID" : "?since", plan.Revision, oldest);
        found.Hold(caller, database, store);
        using var limit = new CancellationTokenSource(LongestStream, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted,
            lifetime.ApplicationStopping,
            limit.Token
        );
        try
        {
            await RunAsync(http.Response, found, test, store, database, from, clock, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader left or may no more, the hour is over or the server stops: a stream has no other end.
        }

        return TypedResults.Empty;
    }

    private static async Task RunAsync(
        HttpResponse response,
        FoundCollection found,
        Test? filter,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        ChangeCursor from,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // For proxies that would else wait for more (nginx).
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(ct);
        await WriteAsync(response, $"event: ready\nid: {from.ToText()}\ndata: {{}}\n\n", ct);
        var written = clock.GetTimestamp();
        while (true)
        {
            // Taken before reading: what is committed in between completes it.
            var next = store.NextAsync(found.Plan.Key);
            var now = clock.GetUtcNow();
            var access = new Access(found.Known, found.Viewer, now);
            var (changes, behind, more) = await database.ReadAsync(
                r => ChangeFeed.ReadAsync(r, access, from, filter, isWhole: false, AtOnce, now, ct),
                ct
            );
            from = behind;
            foreach (var (change, cursor) in changes)
            {
                var json = JsonSerializer.Serialize(change, Json.Options);
                await WriteAsync(response, $"event: change\nid: {cursor.ToText()}\ndata: {json}\n\n", ct);
                written = clock.GetTimestamp();
            }

            if (more)
            {
                continue;
            }

            if (clock.GetElapsedTime(written) >= Heartbeat)
            {
                await WriteAsync(response, ": still here\n\n", ct);
                written = clock.GetTimestamp();
            }

            try
            {
                await next.WaitAsync(PollInterval, clock, ct);
            }
            catch (TimeoutException)
            {
                // Time for a look at storage.
            }
        }
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken ct)
    {
        await response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
        await response.BodyWriter.FlushAsync(ct);
    }
}
