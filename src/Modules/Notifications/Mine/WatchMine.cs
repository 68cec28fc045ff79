using System.Globalization;
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
using Sillage.Notifications.Choices;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Intake;
using Sillage.Notifications.Stored;
using Sillage.Storage;

namespace Sillage.Notifications.Mine;

/// <summary>
/// Shows the caller's notifications as they come, as server-sent events. Nothing is kept for a reader: a wake-up says that there is
/// something, and what it is gets read from storage from where the reader stands.
/// </summary>
internal static class WatchMine
{
    private const int Most = 100;

    // After this the stream ends and the client comes back where it was, with a credential that is good now.
    private static readonly TimeSpan LongestStream = TimeSpan.FromHours(1);

    // What another process stores wakes nobody here.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const string Select = $"""
        SELECT {NotificationRow.Columns} FROM notification
        WHERE recipient = @Account AND place > @After AND settled_at IS NULL ORDER BY place LIMIT @Limit
        """;

    public static void Map(RouteGroupBuilder mine) =>
        mine.MapGet("/live", Handle)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Watch my notifications")
            .WithDescription(
                """
                Server-sent events. `notification`: one as the list shows it, its `id` its place; starts with what comes next, and with
                `Last-Event-ID` goes on behind that place, without a gap and without a double. `unread`: the count, at the start and whenever it
                changes. A comment comes every 15 seconds when nothing else does. The stream ends after an hour, or when the session does.

                The credential goes into the Authorization header as everywhere, so use `fetch` and read the body, not `EventSource`, which
                cannot send one.
                """
            )
            .WithQuery("language", ReadingLanguage.Help, "fr")
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<EmptyHttpResult, Problem>> Handle(
        HttpContext http,
        Caller caller,
        NotificationWords words,
        NotificationSignals signals,
        NotificationStreams streams,
        IDatabase<NotificationsData> database,
        IOptions<NotificationsOptions> options,
        IHostApplicationLifetime lifetime,
        TimeProvider clock,
        string? language = null
    )
    {
        if (ReadingLanguage.Refuse(language) is { } refusal)
        {
            return refusal;
        }

        var last = http.Request.Headers["Last-Event-ID"].ToString();
        if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && last.Length > 0)
        {
            return Problem.BadRequest(
                "The Last-Event-ID is not valid.",
                new FieldError("Last-Event-ID", "The id of an event of this stream.")
            );
        }

        if (!streams.TryEnter())
        {
            return Problem.Unavailable("Too many live streams are open.", TimeSpan.FromSeconds(30));
        }

        try
        {
            using var limit = new CancellationTokenSource(LongestStream, clock);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(
                http.RequestAborted,
                lifetime.ApplicationStopping,
                limit.Token
            );
            try
            {
                var person = await database.ReadAsync(r => PersonRow.FindAsync(r, caller.Id, end.Token), end.Token);
                var stream = new Stream(
                    http.Response,
                    caller.Id,
                    ReadingLanguage.Of(language, person, options.Value.Language),
                    words,
                    database
                )
                {
                    Place = last.Length > 0 ? place : null,
                };
                await stream.RunAsync(signals, clock, end.Token);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // The reader left, the hour is over or the server stops: a stream has no other end.
            }

            return TypedResults.Empty;
        }
        finally
        {
            streams.Leave();
        }
    }

    private sealed class Stream(
        HttpResponse response,
        Guid account,
        string language,
        NotificationWords words,
        IDatabase<NotificationsData> database
    )
    {
        private UnreadCount? _count;

        public long? Place { get; set; }

        public async Task RunAsync(NotificationSignals signals, TimeProvider clock, CancellationToken ct)
        {
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            // For proxies that would else wait for more (nginx).
            response.Headers["X-Accel-Buffering"] = "no";
            response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await response.StartAsync(ct);

            var wait = database.Dialect == SqlDialect.Sqlite ? Heartbeat : PollInterval;
            var written = clock.GetTimestamp();
            while (true)
            {
                // Taken before reading: what is committed in between completes it.
                var next = signals.NextAsync(account);
                if (await WriteNewAsync(ct))
                {
                    written = clock.GetTimestamp();
                }
                else if (clock.GetElapsedTime(written) >= Heartbeat)
                {
                    await WriteAsync(": still here\n\n", ct);
                    written = clock.GetTimestamp();
                }

                try
                {
                    await next.WaitAsync(wait, clock, ct);
                }
                catch (TimeoutException)
                {
                    // Time for a look at storage.
                }
            }
        }

        private async Task<bool> WriteNewAsync(CancellationToken ct)
        {
            var count = await UnreadCount.FindAsync(database, account, ct);
            var after = Place ??= count.LastPlace;
            var isNews = false;
            while (count.LastPlace > Place)
            {
                var rows = await database.ReadAsync(
                    reader =>
                        reader.QueryAsync<NotificationRow>(
                            Select,
                            new
                            {
                                Account = account,
                                After = Place.Value,
                                Limit = (long)Most,
                            },
                            ct
                        ),
                    ct
                );
                foreach (var item in await words.OfAsync(rows, language, ct))
                {
                    var json = JsonSerializer.Serialize(item, Json.Options);
                    await WriteAsync($"event: notification\nid: {item.Place}\ndata: {json}\n\n", ct);
                    isNews = true;
                }

                // Those that were settled leave gaps.
                Place = rows.Count == Most ? rows[^1].Place!.Value : count.LastPlace;
            }

            if (_count is null || _count.Unread != count.Unread || after != Place)
            {
                _count = count;
                await WriteAsync($"event: unread\ndata: {{\"unread\":{count.Unread}}}\n\n", ct);
                isNews = true;
            }

            return isNews;
        }

        private async Task WriteAsync(string text, CancellationToken ct)
        {
            await response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
            await response.BodyWriter.FlushAsync(ct);
        }
    }
}

/// <summary>Counts the live streams that are open, so that there is an end to them.</summary>
internal sealed class NotificationStreams(IOptions<NotificationsOptions> options)
{
    private int _open;

    /// <summary>Takes a place.</summary>
    /// <returns>False if none is left; else <see cref="Leave"/> gives it back.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= options.Value.MaxLiveStreams)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _open);
}
