using Sillage.Api.Access;
using Sillage.Rowing.Records;
using Sillage.Rowing.Squads;

namespace Sillage.Rowing.Training;

/// <summary>How far somebody of a squad is who rows now.</summary>
/// <param name="Squad">The squad.</param>
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
    Guid Squad,
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
/// <param name="Squad">The squad.</param>
/// <param name="Session">The session.</param>
public sealed record RowedNow(Guid Squad, Guid Session);

/// <summary>What one person is to be told of a squad on ergs.</summary>
internal sealed record SquadNews(IReadOnlyList<RowedNow> Rowed, IReadOnlyList<RowingNow> Rowing);

/// <summary>What one person has been shown of a squad on ergs.</summary>
internal sealed class SquadView(Guid squad, SquadPeople people, Looks looks, TimeProvider clock)
{
    // What is looked at for longer is another look, and names change.
    private static readonly TimeSpan OneLook = TimeSpan.FromHours(1);

    private long _met = clock.GetTimestamp();
    private readonly Dictionary<Guid, long> _shown = [];
    private readonly Dictionary<Guid, SquadPerson> _people = [];

    /// <summary>What is to be told of what is there now; it counts as shown from then on.</summary>
    public async Task<SquadNews> TakeAsync(Caller caller, bool isCoach, IReadOnlyList<OnErg> now, CancellationToken ct)
    {
        List<RowedNow> rowed = [];
        foreach (var gone in _shown.Keys.Except(now.Select(erg => erg.Row.Id)).ToList())
        {
            _shown.Remove(gone);
            rowed.Add(new RowedNow(squad, gone));
        }

        await MeetAsync(caller, now, ct);
        List<RowingNow> rowing = [];
        foreach (var erg in now)
        {
            if (!_shown.TryGetValue(erg.Row.Id, out var known) || known != erg.Row.Strokes)
            {
                _shown[erg.Row.Id] = erg.Row.Strokes;
                rowing.Add(Show(erg, caller, isCoach));
            }
        }

        return new SquadNews(rowed, rowing);
    }

    // Names are asked once, and that somebody looked is written down before he is shown anything.
    private async Task MeetAsync(Caller caller, IReadOnlyList<OnErg> now, CancellationToken ct)
    {
        if (clock.GetElapsedTime(_met) >= OneLook)
        {
            _people.Clear();
            _met = clock.GetTimestamp();
        }

        Guid[] unknown = [.. now.Select(erg => erg.Row.AccountId).Where(id => !_people.ContainsKey(id)).Distinct()];
        if (unknown.Length == 0)
        {
            return;
        }

        await looks.RecordAsync(caller, squad, LookedAt.Live, null, unknown, ct);
        foreach (var (id, person) in await people.OfAsync(unknown, ct))
        {
            _people[id] = person;
        }
    }

    private RowingNow Show(OnErg erg, Caller caller, bool isCoach)
    {
        var (row, stroke) = (erg.Row, erg.Last);
        return new RowingNow(
            squad,
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
            row.AccountId == caller.Id || (isCoach && row.SharesWorkouts) ? stroke?.HeartRate : null
        );
    }
}
