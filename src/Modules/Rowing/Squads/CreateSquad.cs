using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>A squad to be.</summary>
/// <param name="Name">What it is called, 1 to 100 characters.</param>
public sealed record NewSquad([property: Required, StringLength(100, MinimumLength = 1)] string Name);

/// <summary>Makes a squad, whose coach the caller is.</summary>
internal static class CreateSquad
{
    private const string Insert = "INSERT INTO squad (id, name, created_at) VALUES (@Id, @Name, @Now)";

    public static void Map(RouteGroupBuilder squads) =>
        squads
            .MapPost("/", Handle)
            .RequirePermission(RowingPermission.Write)
            .WithSummary("Make a squad")
            .WithDescription("The caller is its coach. Others come by invitation.")
            .WithRequestExample(new NewSquad("First eight"))
            .WithReplyExample(SquadResource.Example)
            .Fails(StatusCodes.Status409Conflict);

    private static Task<Results<CreatedReply<SquadResource>, Problem>> Handle(
        Body<NewSquad> body,
        IdempotencyKey key,
        Caller caller,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        return key.RunAsync<SquadResource>(
            database,
            async unit =>
            {
                await unit.ExecuteAsync(
                    Insert,
                    new
                    {
                        Id = id,
                        body.Value.Name,
                        Now = now,
                    },
                    ct
                );
                await SquadEntry.AddAsync(unit, id, caller.Id, Squad.Coach, now, ct);
                var squad = (await Squad.FindAsync(unit, id, caller.Id, ct))!;
                return Reply.Created(SquadResource.AddressOf(id), SquadResource.Of(squad));
            },
            ct
        );
    }
}
