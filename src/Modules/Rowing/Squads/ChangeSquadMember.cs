using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>What somebody is to be in a squad.</summary>
/// <param name="Role">The role.</param>
public sealed record GivenRole(SquadRole Role);

/// <summary>Gives somebody in a squad a role, and puts somebody out of it.</summary>
internal static class ChangeSquadMember
{
    private const string Give =
        "UPDATE squad_member SET role = @Role WHERE squad_id = @Squad AND account_id = @Account";

    public static void Map(RouteGroupBuilder squad)
    {
        squad
            .MapPut("/members/{account:guid}", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.Coach)
            .WithSummary("Give a role in a squad")
            .WithDescription("A coach reads what rowers let coaches read. There is always one: the last stays it.")
            .WithRequestExample(new GivenRole(SquadRole.Coach))
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        squad
            .MapDelete("/members/{account:guid}", PutOut)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.Coach)
            .WithSummary("Put somebody out of a squad")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static async Task<NoContent> Handle(
        Squad squad,
        Guid account,
        Body<GivenRole> body,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                await Squad.LockAsync(unit, squad.Id, caller, SquadRights.Coach, ct);
                if (body.Value.Role != SquadRole.Coach)
                {
                    await Leaving.KeepACoachAsync(unit, squad.Id, account, ct);
                }

                var given = new
                {
                    Role = Word.Of(body.Value.Role),
                    Squad = squad.Id,
                    Account = account,
                };
                if (await unit.ExecuteAsync(Give, given, ct) == 0)
                {
                    throw new ProblemException(Problem.NotFound());
                }

                var details = $$"""{"squad":"{{squad.Id}}","role":"{{given.Role}}"}""";
                await unit.AuditAsync(new AuditEntry("squad.role-given", caller.Id, account.ToString(), details), ct);
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> PutOut(
        Squad squad,
        Guid account,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                await Squad.LockAsync(unit, squad.Id, caller, SquadRights.Coach, ct);
                await Leaving.RunAsync(unit, squad.Id, account, caller.Id, ct);
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }
}
