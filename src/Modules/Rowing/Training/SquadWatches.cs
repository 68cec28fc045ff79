using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Hosting.SocketIO;
using Sillage.Rowing.Squads;
using Sillage.SocketIO;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Rowing.Training;

/// <summary>That a squad is watched no more.</summary>
/// <param name="Squad">The squad.</param>
public sealed record WatchEnded(Guid Squad);

/// <summary>Looks at the squads that live clients of this process watch.</summary>
internal sealed record LookAtSquads : IRecurringJob
{
    public static string Kind => "squads.look";
}

/// <inheritdoc cref="LookAtSquads"/>
internal sealed class LookAtSquadsWork(SquadWatches watches) : IWork<LookAtSquads>
{
    public async Task<WorkResult> RunAsync(LookAtSquads job, WorkRun run, CancellationToken ct)
    {
        await watches.LookAsync(ct);
        return WorkResult.Done;
    }
}

/// <summary>
/// Who watches which squad over a live connection of this process. Each squad is read once a second however many watch it, together with who is in it: whoever is
/// not any more is told nothing from then on.
/// </summary>
internal sealed class SquadWatches(IDatabase<RowingData> database, SquadPeople people, Looks looks, TimeProvider clock)
{
    public const string Namespace = "/rowing";

    /// <summary>So many squads may an account watch at once, over all its connections to a process: as many as it may have streams open.</summary>
    public const int MostOfAccount = 20;

    public static readonly Notice<RowingNow> Rowing = new(
        "rowing",
        "How far somebody of a watched squad is: each who rows at the start, then with every new stroke."
    );

    public static readonly Notice<RowedNow> Rowed = new("rowed", "Somebody has finished, or shows it no more.");

    public static readonly Notice<WatchEnded> Ended = new(
        "watch:ended",
        "A squad is watched no more: one is not in it any more, or there is none."
    );

    private const string Roles = "SELECT account_id, role FROM squad_member WHERE squad_id = @Squad";

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Watched> _squads = [];

    private sealed record Member(Guid AccountId, string Role);

    /// <summary>A client watches a squad from now on; once more changes nothing.</summary>
    /// <exception cref="ProblemException">429: the account watches too many.</exception>
    public void Add(ClientSocket socket, Caller caller, Guid squad)
    {
        lock (_gate)
        {
            if (!_squads.TryGetValue(squad, out var watched))
            {
                watched = new Watched(new SquadOnErgs(squad));
            }

            if (watched.Views.ContainsKey(socket))
            {
                return;
            }

            if (_squads.Values.Sum(w => w.Views.Keys.Count(s => s.Caller()?.Id == caller.Id)) >= MostOfAccount)
            {
                throw new ProblemException(
                    Problem.TooManyRequests(
                        $"You watch {MostOfAccount} squads. Stop watching one first.",
                        TimeSpan.FromSeconds(1)
                    )
                );
            }

            watched.Views.Add(socket, new SquadView(squad, people, looks, clock));
            _squads[squad] = watched;
        }

        // It may have ended meanwhile, and is not to stay for that.
        if (!socket.IsConnected)
        {
            OnDisconnected(socket);
        }
    }

    /// <summary>A client watches a squad no more.</summary>
    /// <returns>False where it did not.</returns>
    public bool Remove(ClientSocket socket, Guid squad)
    {
        lock (_gate)
        {
            if (!_squads.TryGetValue(squad, out var watched) || !watched.Views.Remove(socket))
            {
                return false;
            }

            if (watched.Views.Count == 0)
            {
                _squads.Remove(squad);
            }

            return true;
        }
    }

    public void OnDisconnected(ClientSocket socket)
    {
        Guid[] squads;
        lock (_gate)
        {
            squads = [.. _squads.Where(pair => pair.Value.Views.ContainsKey(socket)).Select(pair => pair.Key)];
        }

        foreach (var squad in squads)
        {
            Remove(socket, squad);
        }
    }

    /// <summary>Tells everybody what is new.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        List<(Guid Squad, Watched Watched)> all;
        lock (_gate)
        {
            all = [.. _squads.Select(pair => (pair.Key, pair.Value))];
        }

        foreach (var (squad, watched) in all)
        {
            var (ergs, roles) = await database.ReadAsync(
                async reader =>
                    (
                        await watched.Ergs.ReadAsync(reader, ct),
                        (await reader.QueryAsync<Member>(Roles, new { Squad = squad }, ct)).ToDictionary(
                            member => member.AccountId,
                            member => member.Role
                        )
                    ),
                ct
            );
            List<(ClientSocket Socket, SquadView View)> views;
            lock (_gate)
            {
                views = [.. watched.Views.Select(pair => (pair.Key, pair.Value))];
            }

            foreach (var (socket, view) in views)
            {
                await TellAsync(squad, socket, view, ergs, roles, ct);
            }
        }
    }

    private async Task TellAsync(
        Guid squad,
        ClientSocket socket,
        SquadView view,
        IReadOnlyList<OnErg> ergs,
        Dictionary<Guid, string> roles,
        CancellationToken ct
    )
    {
        if (
            socket.Caller() is not { } caller
            || !caller.Can(RowingPermission.Read)
            || !roles.TryGetValue(caller.Id, out var role)
        )
        {
            if (Remove(socket, squad))
            {
                await Ended.SayAsync(socket, new WatchEnded(squad));
            }

            return;
        }

        var news = await view.TakeAsync(caller, role == Squad.Coach, ergs, ct);
        foreach (var rowed in news.Rowed)
        {
            await Rowed.SayAsync(socket, rowed);
        }

        foreach (var rowing in news.Rowing)
        {
            await Rowing.SayAsync(socket, rowing);
        }
    }

    private sealed record Watched(SquadOnErgs Ergs)
    {
        public Dictionary<ClientSocket, SquadView> Views { get; } = [];
    }
}
