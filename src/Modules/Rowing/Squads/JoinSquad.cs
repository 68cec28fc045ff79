using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>An invitation into a squad that somebody was given.</summary>
/// <param name="Code">Its code, 1 to 100 characters.</param>
public sealed record GivenSquadInvitation([property: Required, StringLength(100, MinimumLength = 1)] string Code);

/// <summary>Takes whoever shows a code into its squad.</summary>
internal static class JoinSquad
{
    private const string SquadOf = """
        SELECT squad_id FROM squad_invitation WHERE code_hash = @Hash AND expires_at > @Now AND uses_left > 0
        """;

    private const string Use = "UPDATE squad_invitation SET uses_left = uses_left - 1 WHERE code_hash = @Hash";

    public static void Map(RouteGroupBuilder squads) =>
        squads
            .MapPost("/join", Handle)
            .RequirePermission(RowingPermission.Write)
            .WithSummary("Join a squad by an invitation")
            .WithDescription(
                "As a rower of whom the squad sees nothing, until he says what at `PUT …/membership`. A code that is none, has expired or is used up is 404."
            )
            .WithRequestExample(new GivenSquadInvitation("kq3v9S0mX2yqJmH5mT0b8A"))
            .WithReplyExample(SquadResource.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static async Task<Reply<SquadResource>> Handle(
        Body<GivenSquadInvitation> body,
        Caller caller,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var given = new { Hash = SquadInvitation.HashOf(body.Value.Code), Now = now };
        var joined = await database.WriteAsync(
            async unit =>
            {
                if (
                    await unit.ScalarAsync<Guid?>(SquadOf, given, ct) is not { } id
                    || await Squad.LockAsync(unit, id, caller.Id, ct) is not { } squad
                    // Once more, now that nobody else comes by it.
                    || await unit.ScalarAsync<Guid?>(SquadOf, given, ct) is null
                )
                {
                    throw new ProblemException(Problem.NotFound("This invitation counts for nothing, or no more."));
                }

                if (squad.Role is not null)
                {
                    return squad;
                }

                await SquadEntry.AddAsync(unit, id, caller.Id, Squad.Rower, now, ct);
                await unit.ExecuteAsync(Use, given, ct);
                return (await Squad.FindAsync(unit, id, caller.Id, ct))!;
            },
            ct
        );
        return Reply.Ok(SquadResource.Of(joined));
    }
}
