using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Rowing.Records;
using Sillage.Rowing.Squads;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>How far somebody of a squad is who rows now.</summary>
/// <param name="Rower">Who.</param>
/// <param name="Session">The session, an id that says nothing else.</param>
/// <param name="Machine">On what.</param>
/// <param name="Start">Since when.</param>
/// <param name="Strokes">How many strokes.</param>
/// <param name="Time">Seconds.</param>
/// <param name="Distance">Metres.</param>
/// <param name="Pace">Seconds for 500 m.</param>
/// <param name="Rate">Strokes a minute.</param>
/// <param name="Power">Watts.</param>
/// <param name="HeartRate">Beats a minute; for coaches whom the rower lets read workouts, and for himself.</param>
public sealed record RowingNow(
    SquadPerson Rower,
    Guid Session,
    Machine Machine,
    DateTimeOffset Start,
    long Strokes,
    double? Time,
    double? Distance,
    double? Pace,
    double? Rate,
    double? Power,
    int? HeartRate
);

/// <summary>Somebody who rows no more, or shows it no more.</summary>
/// <param name="Session">The session.</param>
public sealed record RowedNow(Guid Session);

/// <summary>
/// Shows a squad on ergs, as server-sent events. Nothing is kept for a reader: each second it is read from storage who rows and lets the squad see it, so what is
/// taken back is not told from then on.
/// </summary>
internal static class WatchSquad
{
    // After this the stream ends and the client comes back, with a credential that is good now.
    private static readonly TimeSpan LongestStream = TimeSpan.FromHours(1);

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const string Select = """
        SELECT w.account_id, w.id, w.number, w.machine, w.started_at, w.strokes, m.shares_workouts
        FROM squad_member m JOIN workout w ON w.account_id = m.account_id AND w.state = 'live'
        WHERE m.squad_id = @Squad AND m.shares_live ORDER BY w.number
        """;

    private const string Newest = "SELECT packed FROM stroke_batch WHERE workout = @Number ORDER BY first DESC LIMIT 1";

    private sealed record Row(
        Guid AccountId,
        Guid Id,
        long Number,
        string Machine,
        DateTimeOffset StartedAt,
        long Strokes,
        bool SharesWorkouts
    );

    public static void Map(RouteGroupBuilder squad) =>
        squad
            .MapGet("/live", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(SquadRights.Read)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Watch a squad on ergs")
            .WithDescription(
                """
                Server-sent events, of those who let the squad see it. `rowing`: how far somebody is, for each who rows at the start, and with every new stroke.
                `rowed`: somebody has finished, or shows it no more. Before the first there is `ready`. A comment comes every 15 seconds when nothing else does. Those who are
                shown see who looked. The stream ends after an hour, when the session does, and when the caller is out of the squad or gets another role.

                The credential goes into the Authorization header as everywhere, so use `fetch` and read the body, not `EventSource`, which cannot send one.
                """
            )
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Handle(
        HttpContext http,
        Squad squad,
        Caller caller,
        SquadPeople people,
        Looks looks,
        IDatabase<RowingData> database,
        IHostApplicationLifetime lifetime,
        TimeProvider clock
    )
    {
        caller.Reply?.Hold(
            async (_, ct) =>
                (await database.ReadAsync(r => Squad.FindAsync(r, squad.Id, caller.Id, ct), ct))?.Role == squad.Role
        );
        using var limit = new CancellationTokenSource(LongestStream, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted,
            lifetime.ApplicationStopping,
            limit.Token
        );
        try
        {
            await new Stream(http.Response, squad, caller, people, looks, database).RunAsync(clock, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader left or may no more, the hour is over or the server stops: a stream has no other end.
        }

        return TypedResults.Empty;
    }

    private sealed class Stream(
        HttpResponse response,
        Squad squad,
        Caller caller,
        SquadPeople people,
        Looks looks,
        IDatabase<RowingData> database
    )
    {
        private readonly Dictionary<Guid, long> _shown = [];
        private readonly Dictionary<Guid, SquadPerson> _people = [];

        public async Task RunAsync(TimeProvider clock, CancellationToken ct)
        {
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            // For proxies that would else wait for more (nginx).
            response.Headers["X-Accel-Buffering"] = "no";
            response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await response.StartAsync(ct);
            await WriteAsync("event: ready\ndata: {}\n\n", ct);
            var written = clock.GetTimestamp();
            while (true)
            {
                if (await WriteNewAsync(ct))
                {
                    written = clock.GetTimestamp();
                }
                else if (clock.GetElapsedTime(written) >= Heartbeat)
                {
                    await WriteAsync(": still here\n\n", ct);
                    written = clock.GetTimestamp();
                }

                await Task.Delay(PollInterval, clock, ct);
            }
        }

        private async Task<bool> WriteNewAsync(CancellationToken ct)
        {
            // Who rows and their strokes in one reading: what is shown was shared when it was read.
            var (rows, strokes) = await database.ReadAsync(reader => ReadAsync(reader, ct), ct);
            var isNews = false;
            foreach (var gone in _shown.Keys.Except(rows.Select(row => row.Id)).ToList())
            {
                _shown.Remove(gone);
                await WriteAsync("rowed", new RowedNow(gone), ct);
                isNews = true;
            }

            await MeetAsync(rows, ct);
            foreach (var (row, stroke) in strokes)
            {
                _shown[row.Id] = row.Strokes;
                await WriteAsync("rowing", Show(row, stroke), ct);
                isNews = true;
            }

            return isNews;
        }

        private async Task<(IReadOnlyList<Row> Rows, List<(Row Row, Stroke? Stroke)> Strokes)> ReadAsync(
            IReader reader,
            CancellationToken ct
        )
        {
            var rows = await reader.QueryAsync<Row>(Select, new { Squad = squad.Id }, ct);
            var strokes = new List<(Row, Stroke?)>();
            foreach (var row in rows.Where(row => !_shown.TryGetValue(row.Id, out var known) || known != row.Strokes))
            {
                strokes.Add((row, await LastAsync(reader, row, ct)));
            }

            return (rows, strokes);
        }

        private static async Task<Stroke?> LastAsync(IReader reader, Row row, CancellationToken ct)
        {
            var strokes = new List<Stroke>();
            if (await reader.ScalarAsync<byte[]>(Newest, new { row.Number }, ct) is { } packed)
            {
                StrokeCodec.Unpack(packed, strokes);
            }

            return strokes.Count > 0 ? strokes[^1] : null;
        }

        // Names are asked once, and that somebody looked is written down before he is shown anything.
        private async Task MeetAsync(IReadOnlyList<Row> rows, CancellationToken ct)
        {
            Guid[] unknown = [.. rows.Select(row => row.AccountId).Where(id => !_people.ContainsKey(id)).Distinct()];
            if (unknown.Length == 0)
            {
                return;
            }

            await looks.RecordAsync(caller, squad.Id, LookedAt.Live, null, unknown, ct);
            foreach (var (id, person) in await people.OfAsync(unknown, ct))
            {
                _people[id] = person;
            }
        }

        private RowingNow Show(Row row, Stroke? stroke) =>
            new(
                _people[row.AccountId],
                row.Id,
                Word.Read<Machine>(row.Machine),
                row.StartedAt,
                row.Strokes,
                stroke?.Time / 1000d,
                stroke?.Distance / 100d,
                stroke?.Pace / 1000d,
                stroke?.Rate / 10d,
                stroke?.Power / 10d,
                row.AccountId == caller.Id || (squad.IsCoach && row.SharesWorkouts) ? stroke?.HeartRate : null
            );

        private Task WriteAsync<T>(string name, T data, CancellationToken ct) =>
            WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(data, Json.Options)}\n\n", ct);

        private async Task WriteAsync(string text, CancellationToken ct)
        {
            await response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
            await response.BodyWriter.FlushAsync(ct);
        }
    }
}
