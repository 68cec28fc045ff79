using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>Shows a squad, changes its name, and dissolves it.</summary>
internal static class ReadSquad
{
    private const string Rename = "UPDATE squad SET name = @Name WHERE id = @Id";

    public static void Map(RouteGroupBuilder squad)
    {
        squad
            .MapGet("/", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(SquadRights.Read)
            .WithSummary("Read a squad")
            .WithReplyExample(SquadResource.Example)
            .Fails(StatusCodes.Status404NotFound);
        squad
            .MapPatch("/", Change)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.Coach)
            .WithSummary("Change a squad")
            .WithRequestExample(new { name = "Second eight" })
            .WithReplyExample(SquadResource.Example)
            .Fails(StatusCodes.Status404NotFound);
        squad
            .MapDelete("/", Dissolve)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.Coach)
            .WithSummary("Dissolve a squad")
            .WithDescription("With what is assigned in it. Workouts are their rowers', and stay.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static Reply<SquadResource> Handle(Squad squad) => Reply.Ok(SquadResource.Of(squad));

    private static async Task<Reply<SquadResource>> Change(
        Squad squad,
        MergePatch<NewSquad> patch,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var changed = await database.WriteAsync(
            async unit =>
            {
                var held = await Squad.LockAsync(unit, squad.Id, caller, SquadRights.Coach, ct);
                var named = patch.Apply(new NewSquad(held.Name));
                await unit.ExecuteAsync(Rename, new { named.Name, squad.Id }, ct);
                return held with { Name = named.Name };
            },
            ct
        );
        return Reply.Ok(SquadResource.Of(changed));
    }

    private static async Task<NoContent> Dissolve(
        Squad squad,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                await Squad.LockAsync(unit, squad.Id, caller, SquadRights.Coach, ct);
                await Dissolution.RunAsync(unit, squad.Id, caller.Id, ct);
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }
}
