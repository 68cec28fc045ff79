using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>Makes invitations into a squad, lists them and takes them back.</summary>
internal static class InviteRowers
{
    private const int Most = 100;

    private const string Insert = """
        INSERT INTO squad_invitation (id, squad_id, code_hash, created_at, expires_at, uses_left)
        VALUES (@Id, @Squad, @Hash, @Now, @Until, @Uses)
        """;

    private const string DeleteOld =
        "DELETE FROM squad_invitation WHERE squad_id = @Squad AND (expires_at <= @Now OR uses_left <= 0)";

    private const string Count = "SELECT COUNT(*) FROM squad_invitation WHERE squad_id = @Squad";

    private const string Select = """
        SELECT id, created_at, expires_at, uses_left FROM squad_invitation WHERE squad_id = @Squad AND id > @After
        ORDER BY id LIMIT @Limit
        """;

    private const string Delete = "DELETE FROM squad_invitation WHERE id = @Id AND squad_id = @Squad";

    private sealed record Row(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, long UsesLeft);

    private sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder squad)
    {
        squad
            .MapPost("/invitations", Handle)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.Coach)
            .WithSummary("Invite into a squad")
            .WithDescription(
                "At most 100 at a time. The code is told this once. Whoever shows it at `POST /api/v1/squads/join` is in the squad, as a rower who shares nothing yet."
            )
            .WithRequestExample(new NewSquadInvitation(48, 8))
            .WithReplyExample(SquadInvitation.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        squad
            .MapGet("/invitations", List)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(SquadRights.Coach)
            .WithSummary("List the invitations into a squad")
            .WithReplyExample(new Page<SquadInvitation>([SquadInvitation.Example with { Code = null }], null))
            .Fails(StatusCodes.Status404NotFound);
        squad
            .MapDelete("/invitations/{id:guid}", TakeBack)
            .RequirePermission(RowingPermission.Write)
            .RequireRight(SquadRights.Coach)
            .WithSummary("Take an invitation into a squad back")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static Task<Results<CreatedReply<SquadInvitation>, Problem>> Handle(
        Squad squad,
        Body<NewSquadInvitation> body,
        IdempotencyKey key,
        Caller caller,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var (now, code) = (clock.GetUtcNow(), SquadInvitation.NewCode());
        var (id, until) = (Guid.CreateVersion7(now), now.AddHours(body.Value.Hours));
        var links = SquadInvitation.LinksOf(squad.Id, id);
        var made = new SquadInvitation(id, code, now, until, body.Value.Uses, links);
        return key.RunAsync<SquadInvitation>(
            database,
            async unit =>
            {
                await Squad.LockAsync(unit, squad.Id, caller, SquadRights.Coach, ct);
                await unit.ExecuteAsync(DeleteOld, new { Squad = squad.Id, Now = now }, ct);
                if (await unit.ScalarAsync<long>(Count, new { Squad = squad.Id }, ct) >= Most)
                {
                    return Problem.Conflict($"There are {Most} invitations into this squad. Take one back first.");
                }

                var row = new
                {
                    Id = id,
                    Squad = squad.Id,
                    Hash = SquadInvitation.HashOf(code),
                    Now = now,
                    Until = until,
                    Uses = (long)body.Value.Uses,
                };
                await unit.ExecuteAsync(Insert, row, ct);
                return Reply.Created(links["self"], made, noStore: true);
            },
            ct
        );
    }

    private static async Task<PageReply<SquadInvitation>> List(
        Squad squad,
        PageRequest page,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Squad = squad.Id,
            After = page.After<Keys>()?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(r => r.QueryAsync<Row>(Select, parameters, ct), ct);
        return PageReply<SquadInvitation>.Of(
            [
                .. rows.Select(row => new SquadInvitation(
                    row.Id,
                    null,
                    row.CreatedAt,
                    row.ExpiresAt,
                    row.UsesLeft,
                    SquadInvitation.LinksOf(squad.Id, row.Id)
                )),
            ],
            page,
            invitation => new Keys(invitation.Id)
        );
    }

    private static async Task<Results<NoContent, Problem>> TakeBack(
        Squad squad,
        Guid id,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var taken = await database.WriteAsync(
            unit => unit.ExecuteAsync(Delete, new { Id = id, Squad = squad.Id }, ct),
            ct
        );
        return taken == 0 ? Problem.NotFound() : TypedResults.NoContent();
    }
}
