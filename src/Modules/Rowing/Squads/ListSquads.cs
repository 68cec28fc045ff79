using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>Lists the squads that the caller is in.</summary>
internal static class ListSquads
{
    private const string Select = """
        SELECT s.id, s.name, s.created_at, m.role, m.shares_results, m.shares_live, m.shares_workouts
        FROM squad_member m JOIN squad s ON s.id = m.squad_id
        WHERE m.account_id = @Account AND m.squad_id > @After ORDER BY m.squad_id LIMIT @Limit
        """;

    private sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder squads) =>
        squads
            .MapGet("/", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("List one's squads")
            .WithReplyExample(new Page<SquadResource>([SquadResource.Example], null));

    private static async Task<PageReply<SquadResource>> Handle(
        PageRequest page,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Account = caller.Id,
            After = page.After<Keys>()?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(r => r.QueryAsync<Squad>(Select, parameters, ct), ct);
        return PageReply<SquadResource>.Of([.. rows.Select(SquadResource.Of)], page, squad => new Keys(squad.Id));
    }
}
