using System.Text.Json;
using System.Text.Json.Nodes;
using Sillage.Api.Access;
using Sillage.Api.Formats;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>What of a rower was looked at.</summary>
public enum LookedAt
{
    /// <summary>The list of his workouts.</summary>
    Workouts,

    /// <summary>One workout.</summary>
    Workout,

    /// <summary>What he rowed, while he rowed it.</summary>
    Live,

    /// <summary>What he did of what was assigned.</summary>
    Results,

    /// <summary>His places on the leaderboard.</summary>
    Leaderboard,
}

/// <summary>
/// Who looked at whose data in a squad: rows of the audit trail whose subject is the rower, so that they are in his data, go with an erasure, and are kept as
/// long as the trail is. The same look of the same person is written down once an hour.
/// </summary>
internal sealed class Looks(IDatabase<RowingData> database, TimeProvider clock)
{
    private const string Action = "rower.looked-at";

    private static readonly TimeSpan OnceIn = TimeSpan.FromHours(1);

    private const string Recent = """
        SELECT subject, details FROM sillage_audit WHERE actor = @Actor AND id > @First AND action = @Action AND details = @Details
        """;

    private const string Select = """
        SELECT id, at, action, actor, subject, details FROM sillage_audit
        WHERE subject = @Subject AND action = @Action AND id < @Before ORDER BY id DESC LIMIT @Limit
        """;

    /// <summary>A look as it stands in the trail.</summary>
    internal sealed record Look(Guid Id, DateTimeOffset At, Guid? By, Guid? Squad, LookedAt What, Guid? Workout);

    private sealed record Known(string Subject, string Details);

    /// <summary>Writes down that the caller is about to be shown something of others. Of himself nothing is written.</summary>
    public async Task RecordAsync(
        Caller caller,
        Guid squad,
        LookedAt what,
        Guid? workout,
        IEnumerable<Guid> rowers,
        CancellationToken ct
    )
    {
        var details = JsonSerializer.Serialize(
            new
            {
                squad,
                what,
                workout,
            },
            Json.Options
        );
        var parameters = new
        {
            Actor = caller.Id,
            First = Guid.CreateVersion7(clock.GetUtcNow() - OnceIn),
            Action,
            Details = details,
        };
        HashSet<string> left = [.. rowers.Where(rower => rower != caller.Id).Select(rower => rower.ToString())];
        if (left.Count == 0)
        {
            return;
        }

        var known = await database.ReadAsync(r => r.QueryAsync<Known>(Recent, parameters, ct), ct);
        left.ExceptWith(known.Select(row => row.Subject));
        if (left.Count > 0)
        {
            await database.WriteAsync(
                async unit =>
                {
                    foreach (var rower in left)
                    {
                        await unit.AuditAsync(new AuditEntry(Action, caller.Id, rower, details), ct);
                    }

                    return true;
                },
                ct
            );
        }
    }

    /// <summary>Who looked at a rower's data, the newest first.</summary>
    public static async Task<IReadOnlyList<Look>> ReadAsync(
        IReader reader,
        Guid rower,
        Guid? before,
        long limit,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Subject = rower.ToString(),
            Action,
            Before = before ?? Guid.AllBitsSet,
            Limit = limit,
        };
        return [.. (await reader.QueryAsync<AuditRow>(Select, parameters, ct)).Select(Read)];
    }

    private static Look Read(AuditRow row)
    {
        var details = JsonNode.Parse(row.Details ?? "{}");
        return new Look(
            row.Id,
            row.At,
            row.Actor,
            (Guid?)details?["squad"],
            Word.Read<LookedAt>((string?)details?["what"] ?? "workout"),
            (Guid?)details?["workout"]
        );
    }
}
