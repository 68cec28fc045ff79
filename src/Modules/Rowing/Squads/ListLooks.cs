using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>A look at what a rower has here.</summary>
/// <param name="Id">Unique, and in the order of time.</param>
/// <param name="At">When; the same look of the same person stands here once an hour.</param>
/// <param name="By">Who; without a name whoever was erased since.</param>
/// <param name="What">At what: <c>workouts</c>, <c>workout</c>, <c>live</c>, <c>results</c>, <c>leaderboard</c>.</param>
/// <param name="Squad">In which squad.</param>
/// <param name="Workout">Which workout, if it was one.</param>
public sealed record LookResource(
    Guid Id,
    DateTimeOffset At,
    SquadPerson? By,
    LookedAt What,
    Guid? Squad,
    Guid? Workout
)
{
    internal static LookResource Example { get; } =
        new(Guid.Empty, DateTimeOffset.UnixEpoch, SquadPerson.Example, LookedAt.Workouts, Guid.Empty, null);
}

/// <summary>Shows a rower who looked at what he rowed.</summary>
internal static class ListLooks
{
    private sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder rower) =>
        rower
            .MapGet("/looks", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("List who looked at one's workouts")
            .WithDescription(
                "Everything that others of one's squads were shown of oneself, the newest first, for as long as the audit trail is kept."
            )
            .WithReplyExample(new Page<LookResource>([LookResource.Example], null));

    private static async Task<PageReply<LookResource>> Handle(
        PageRequest page,
        Caller caller,
        SquadPeople people,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var before = page.After<Keys>()?.Id;
        var looks = await database.ReadAsync(r => Looks.ReadAsync(r, caller.Id, before, page.Limit + 1L, ct), ct);
        var names = await people.OfAsync(looks.Select(look => look.By).OfType<Guid>(), ct);
        return PageReply<LookResource>.Of(
            [
                .. looks.Select(look => new LookResource(
                    look.Id,
                    look.At,
                    look.By is { } by ? names[by] : null,
                    look.What,
                    look.Squad,
                    look.Workout
                )),
            ],
            page,
            look => new Keys(look.Id)
        );
    }
}
