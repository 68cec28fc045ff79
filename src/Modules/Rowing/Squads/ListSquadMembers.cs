using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>Somebody in a squad.</summary>
/// <param name="Person">Who.</param>
/// <param name="Role">What he is in it.</param>
/// <param name="JoinedAt">Since when.</param>
/// <param name="Shares">What he lets it see; for coaches, and of oneself.</param>
/// <param name="Links">Where he is, and his workouts where the caller may read them.</param>
public sealed record SquadMember(
    SquadPerson Person,
    SquadRole Role,
    DateTimeOffset JoinedAt,
    Consent? Shares,
    Links Links
)
{
    internal static SquadMember Example { get; } =
        new(
            SquadPerson.Example,
            SquadRole.Rower,
            DateTimeOffset.UnixEpoch,
            null,
            new Links(AddressOf(Guid.Empty, SquadPerson.Example.Account))
        );

    internal static string AddressOf(Guid squad, Guid account) => $"{SquadResource.AddressOf(squad)}/members/{account}";
}

/// <summary>Lists who is in a squad.</summary>
internal static class ListSquadMembers
{
    private const string Select = """
        SELECT account_id, role, joined_at, shares_results, shares_live, shares_workouts FROM squad_member
        WHERE squad_id = @Squad AND account_id > @After ORDER BY account_id LIMIT @Limit
        """;

    private sealed record Row(
        Guid AccountId,
        string Role,
        DateTimeOffset JoinedAt,
        bool SharesResults,
        bool SharesLive,
        bool SharesWorkouts
    );

    private sealed record Keys(Guid Account);

    public static void Map(RouteGroupBuilder squad) =>
        squad
            .MapGet("/members", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(SquadRights.Read)
            .WithSummary("List the people of a squad")
            .WithReplyExample(new Page<SquadMember>([SquadMember.Example], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<SquadMember>> Handle(
        Squad squad,
        PageRequest page,
        Caller caller,
        SquadPeople people,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Squad = squad.Id,
            After = page.After<Keys>()?.Account ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(r => r.QueryAsync<Row>(Select, parameters, ct), ct);
        var names = await people.OfAsync(rows.Select(row => row.AccountId), ct);
        return PageReply<SquadMember>.Of(
            [.. rows.Select(row => Show(squad, row, names[row.AccountId], caller))],
            page,
            member => new Keys(member.Person.Account)
        );
    }

    private static SquadMember Show(Squad squad, Row row, SquadPerson person, Caller caller)
    {
        var self = SquadMember.AddressOf(squad.Id, row.AccountId);
        var links = new Links(self);
        if (squad.IsCoach && row.SharesWorkouts)
        {
            links["workouts"] = $"{self}/workouts";
        }

        return new SquadMember(
            person,
            row.Role == Squad.Coach ? SquadRole.Coach : SquadRole.Rower,
            row.JoinedAt,
            squad.IsCoach || row.AccountId == caller.Id
                ? new Consent(row.SharesResults, row.SharesLive, row.SharesWorkouts)
                : null,
            links
        );
    }
}
