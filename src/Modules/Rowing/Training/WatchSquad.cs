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
using Sillage.Api.Problems;
using Sillage.Hosting.SocketIO;
using Sillage.Rowing.Squads;
using Sillage.Storage;

namespace Sillage.Rowing.Training;

/// <summary>A squad that is watched.</summary>
/// <param name="Squad">Its id.</param>
/// <param name="Name">What it is called.</param>
public sealed record Watching(Guid Squad, string Name);

/// <summary>Whether a squad was watched until now.</summary>
/// <param name="WasWatched">False where it was not.</param>
public sealed record Unwatched(bool WasWatched);

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
            var (view, ergs) = (new SquadView(squad.Id, people, looks, clock), new SquadOnErgs(squad.Id));
            await new Stream(http.Response, squad, caller, view, ergs, database).RunAsync(clock, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader left or may no more, the hour is over or the server stops: a stream has no other end.
        }

        return TypedResults.Empty;
    }

    /// <summary>Maps what may be asked live.</summary>
    public static void Map(LiveEvents live)
    {
        live.On<NothingMore, Watching>(
            "watch",
            $"Shows a squad on ergs from now on: who rows at the start, and every new stroke. An account watches {SquadWatches.MostOfAccount} squads at once.",
            RowingPermission.Read,
            HandleLive
        );
        live.On<NothingMore, Unwatched>(
            "unwatch",
            "Shows it no more.",
            RowingPermission.Read,
            (request, _) =>
            {
                request.Read<NothingMore>();
                return Task.FromResult(
                    new Unwatched(request.Service<SquadWatches>().Remove(request.Socket, IdOf(request)))
                );
            }
        );
        live.Says(SquadWatches.Rowing);
        live.Says(SquadWatches.Rowed);
        live.Says(SquadWatches.Ended);
    }

    private static async Task<Watching> HandleLive(LiveRequest request, CancellationToken ct)
    {
        request.Read<NothingMore>();
        var (id, caller) = (IdOf(request), request.Caller);
        var database = request.Service<IDatabase<RowingData>>();
        var squad = await database.ReadAsync(r => Squad.FindAsync(r, id, caller.Id, ct), ct);
        if (squad is null || !squad.RightsOf(caller).HasFlag(SquadRights.Read))
        {
            throw new ProblemException(Problem.NotFound());
        }

        request.Service<SquadWatches>().Add(request.Socket, caller, id);
        return new Watching(id, squad.Name);
    }

    private static Guid IdOf(LiveRequest request) =>
        request.NamedId
        ?? throw new ProblemException(
            Problem.BadRequest("The squad is missing.", new FieldError("/squad", "The id of a squad."))
        );

    private sealed class Stream(
        HttpResponse response,
        Squad squad,
        Caller caller,
        SquadView view,
        SquadOnErgs ergs,
        IDatabase<RowingData> database
    )
    {
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
            var now = await database.ReadAsync(reader => ergs.ReadAsync(reader, ct), ct);
            var news = await view.TakeAsync(caller, squad.IsCoach, now, ct);
            foreach (var rowed in news.Rowed)
            {
                await WriteAsync("rowed", rowed, ct);
            }

            foreach (var rowing in news.Rowing)
            {
                await WriteAsync("rowing", rowing, ct);
            }

            return news.Rowed.Count + news.Rowing.Count > 0;
        }

        private Task WriteAsync<T>(string name, T data, CancellationToken ct) =>
            WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(data, Json.Options)}\n\n", ct);

        private async Task WriteAsync(string text, CancellationToken ct)
        {
            await response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
            await response.BodyWriter.FlushAsync(ct);
        }
    }
}
