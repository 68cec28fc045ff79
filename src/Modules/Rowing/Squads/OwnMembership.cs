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

/// <summary>What the caller lets a squad see, and how he leaves it.</summary>
internal static class OwnMembership
{
    private const string Update = """
        UPDATE squad_member SET shares_results = @Results, shares_live = @Live, shares_workouts = @Workouts
        WHERE squad_id = @Squad AND account_id = @Account
        """;

    public static void Map(RouteGroupBuilder squad)
    {
        squad
            .MapGet("/membership", Read)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(SquadRights.TakePart)
            .WithSummary("Read what a squad sees of oneself")
            .WithReplyExample(new Consent(Results: true))
            .Fails(StatusCodes.Status404NotFound);
        squad
            .MapPut("/membership", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.TakePart)
            .WithSummary("Say what a squad sees of oneself")
            .WithDescription(
                "What is left out is not agreed to. What is taken back is not seen any more, a live view of it ends within two seconds. Each change stands in the audit trail."
            )
            .WithRequestExample(new Consent(true, true))
            .WithReplyExample(new Consent(true, true))
            .Fails(StatusCodes.Status404NotFound);
        squad
            .MapDelete("/membership", Leave)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.TakePart)
            .WithSummary("Leave a squad")
            .WithDescription("With all that was seen of oneself in it. One's workouts stay one's own.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static Reply<Consent> Read(Squad squad) => Reply.Ok(squad.Consent);

    private static async Task<Reply<Consent>> Handle(
        Squad squad,
        Body<Consent> body,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var consent = body.Value;
        await database.WriteAsync(
            async unit =>
            {
                var held = await Squad.LockAsync(unit, squad.Id, caller, SquadRights.TakePart, ct);
                if (held.Consent == consent)
                {
                    return true;
                }

                var parameters = new
                {
                    consent.Results,
                    consent.Live,
                    consent.Workouts,
                    Squad = squad.Id,
                    Account = caller.Id,
                };
                await unit.ExecuteAsync(Update, parameters, ct);
                var details = System.Text.Json.JsonSerializer.Serialize(
                    new { squad = squad.Id, shares = consent },
                    Sillage.Api.Formats.Json.Options
                );
                await unit.AuditAsync(new AuditEntry("squad.consent", caller.Id, caller.Id.ToString(), details), ct);
                return true;
            },
            ct
        );
        return Reply.Ok(consent);
    }

    private static async Task<NoContent> Leave(
        Squad squad,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                await Squad.LockAsync(unit, squad.Id, caller, SquadRights.TakePart, ct);
                await Leaving.RunAsync(unit, squad.Id, caller.Id, caller.Id, ct);
                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }
}
