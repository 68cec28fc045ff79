using System.Buffers;
using System.Globalization;
using System.Text;
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
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Export;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Live;

/// <summary>
/// Shows traces as they come in, as server-sent events. Nothing is kept for a reader: a wake-up says that there is
/// something, and what it is gets read from storage from where the reader stands. A slow one lags and loses nothing.
/// </summary>
internal static class WatchTraces
{
    private const int ChunkRows = 500;
    private const int ChunkBytes = 256 * 1024;

    // After this the stream ends and the client comes back where it was, with a credential that is good now.
    private static readonly TimeSpan LongestStream = TimeSpan.FromHours(1);

    // What another process stores wakes nobody here.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private const string LastPosition = "SELECT max(position) FROM trace WHERE study = @Study";

    public static void Map(RouteGroupBuilder traces) =>
        TraceFilter
            .Describe(traces.MapGet("/live", Handle))
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Watch traces")
            .WithDescription(
                """
                Server-sent events: each `data` is a trace as the query shows it, each `id` its place. Starts with what comes
                next; with `Last-Event-ID` (or `after`) it goes on behind that trace, without a gap and without a double. A
                comment comes every 15 seconds when nothing else does. The stream ends after an hour; come back with the last id.

                The credential goes into the Authorization header as everywhere, so use `fetch` and read the body, not
                `EventSource`, which cannot send one.
                """
            )
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<EmptyHttpResult, Problem>> Handle(
        HttpContext http,
        Study study,
        Caller caller,
        OpeningPurpose purpose,
        StudyDirectory directory,
        IDatabase<TracesData> database,
        TraceSignals signals,
        LiveStreams streams,
        IOptions<TracesOptions> options,
        IHostApplicationLifetime lifetime,
        TimeProvider clock
    )
    {
        var filter = TraceFilter.Read(http.Request, study, caller);
        if (!streams.TryEnter())
        {
            return Problem.Unavailable("Too many live streams are open.", TimeSpan.FromSeconds(30));
        }

        try
        {
            var scan = await StartAsync(http.Request, study, filter, database, http.RequestAborted);
            if (filter.Identities)
            {
                await Names.AuditAsync(database, study, caller, purpose, "live", http.RequestAborted);
            }

            using var limit = new CancellationTokenSource(LongestStream, clock);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(
                http.RequestAborted,
                lifetime.ApplicationStopping,
                limit.Token
            );
            var stream = new TraceStream(http.Response, scan, caller, filter, directory, database);
            try
            {
                await stream.RunAsync(signals, TimeSpan.FromSeconds(options.Value.HeartbeatSeconds), clock, end.Token);
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

    private static async Task<TraceScan> StartAsync(
        HttpRequest request,
        Study study,
        TraceFilter filter,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var scan = await TraceScan.StartAsync(database, study, filter, ct, inOrderOfStorage: true);
        var last = request.Headers["Last-Event-ID"].ToString();
        if (last.Length > 0)
        {
            if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            {
                throw new ProblemException(
                    Problem.BadRequest(
                        "The Last-Event-ID is not valid.",
                        new FieldError("Last-Event-ID", "The id of an event of this stream.")
                    )
                );
            }

            scan.Resume(long.MinValue, position);
        }
        else if (filter.After is null)
        {
            var newest = await database.ReadAsync(
                r => r.ScalarAsync<long?>(LastPosition, new { Study = study.Key }, ct),
                ct
            );
            scan.Resume(long.MinValue, newest ?? 0);
        }

        return scan;
    }

    private sealed class TraceStream(
        HttpResponse response,
        TraceScan scan,
        Caller caller,
        TraceFilter filter,
        StudyDirectory directory,
        IDatabase<TracesData> database
    )
    {
        private IReadOnlyDictionary<long, string>? _names;
        private long _namesVersion;

        public async Task RunAsync(TraceSignals signals, TimeSpan heartbeat, TimeProvider clock, CancellationToken ct)
        {
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            // For proxies that would else wait for more (nginx).
            response.Headers["X-Accel-Buffering"] = "no";
            response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await response.StartAsync(ct);
            await response.BodyWriter.WriteAsync(": live\n\n"u8.ToArray(), ct);

            var wait = database.Dialect == SqlDialect.Sqlite || heartbeat < PollInterval ? heartbeat : PollInterval;
            var written = clock.GetTimestamp();
            while (true)
            {
                // Taken before reading: what is committed in between completes it.
                var next = signals.NextAsync(scan.Study.Key);
                if (!await RefreshAsync(ct))
                {
                    return;
                }

                if (await WriteNewAsync(ct))
                {
                    written = clock.GetTimestamp();
                    continue;
                }

                if (clock.GetElapsedTime(written) >= heartbeat)
                {
                    await response.BodyWriter.WriteAsync(": still here\n\n"u8.ToArray(), ct);
                    written = clock.GetTimestamp();
                }

                try
                {
                    await next.WaitAsync(wait, clock, ct);
                }
                catch (TimeoutException)
                {
                    // Time for a look at the clock and at storage.
                }
            }
        }

        /// <summary>Whether the study is still there and the caller may still read it.</summary>
        private async ValueTask<bool> RefreshAsync(CancellationToken ct)
        {
            var study = await directory.FindAsync(scan.Study.Slug, ct);
            var needed = StudyRights.Read | (filter.Identities ? StudyRights.Identities : StudyRights.None);
            if (study is null || study.Key != scan.Study.Key || (study.RightsOf(caller) & needed) != needed)
            {
                return false;
            }

            scan.Study = study;
            if (filter.Identities && _namesVersion != study.Version)
            {
                _names = await Names.OfAllAsync(database, study, ct);
                _namesVersion = study.Version;
            }

            return true;
        }

        /// <summary>Writes what there is behind the place where the stream stands, a chunk of it.</summary>
        /// <returns>Whether there was anything.</returns>
        private async Task<bool> WriteNewAsync(CancellationToken ct)
        {
            var output = response.BodyWriter;
            using var json = new TraceJson(output);
            var bytes = 0;
            var seen = await database.ReadAsync(
                reader => scan.ReadAsync(reader, ChunkRows, (in TraceRow row) => Write(row), ct),
                ct
            );
            await output.FlushAsync(ct);
            return seen > 0;

            bool Write(in TraceRow row)
            {
                output.Write(Encoding.ASCII.GetBytes($"id: {row.Position}\ndata: "));
                json.Write(row, _names);
                output.Write("\n\n"u8);
                bytes += row.Data.Length;
                return bytes < ChunkBytes;
            }
        }
    }
}
