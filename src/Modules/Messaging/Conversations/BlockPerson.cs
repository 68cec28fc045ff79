using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Conversations;

/// <summary>Somebody whom the caller does not want to hear of.</summary>
/// <param name="Account">The account.</param>
/// <param name="Since">Since when.</param>
public sealed record BlockedPerson(Guid Account, DateTimeOffset Since);

/// <summary>Blocks people, lists them and lets them be heard again.</summary>
internal static class BlockPerson
{
    private const string Insert = """
        INSERT INTO block (account_id, blocked_id, since) VALUES (@Account, @Blocked, @Now)
        ON CONFLICT (account_id, blocked_id) DO NOTHING
        """;

    private const string Delete = "DELETE FROM block WHERE account_id = @Account AND blocked_id = @Blocked";

    private const string Select = """
        SELECT blocked_id AS account, since FROM block WHERE account_id = @Account AND blocked_id > @After
        ORDER BY blocked_id LIMIT @Limit
        """;

    private sealed record Keys(Guid Account);

    public static void Map(RouteGroupBuilder blocks)
    {
        blocks
            .MapGet("/", List)
            .RequirePermission(MessagingPermission.Read)
            .WithSummary("List whom one blocks")
            .WithReplyExample(new Page<BlockedPerson>([new BlockedPerson(Guid.Empty, DateTimeOffset.UnixEpoch)], null));
        blocks
            .MapPut("/{account:guid}", Block)
            .RequirePermission(MessagingPermission.Write)
            .WithSummary("Block somebody")
            .WithDescription(
                "Neither of you writes in your conversation of two, opens one, or takes the other into a room; they cannot name you. In rooms that both are in everybody reads everything."
            )
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
        blocks
            .MapDelete("/{account:guid}", Lift)
            .RequirePermission(MessagingPermission.Write)
            .WithSummary("Block somebody no more")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<NoContent, Problem>> Block(
        Guid account,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        if (account == caller.Id)
        {
            return Problem.BadRequest("That is you.");
        }

        if ((await chat.Accounts.FindAsync([account], ct)).Count == 0)
        {
            return Problem.NotFound("There is no such account.");
        }

        var parameters = new
        {
            Account = caller.Id,
            Blocked = account,
            chat.Now,
        };
        await chat.Database.WriteAsync(unit => unit.ExecuteAsync(Insert, parameters, ct), ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, Problem>> Lift(
        Guid account,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        var parameters = new { Account = caller.Id, Blocked = account };
        var lifted = await chat.Database.WriteAsync(unit => unit.ExecuteAsync(Delete, parameters, ct), ct);
        return lifted == 0 ? Problem.NotFound() : TypedResults.NoContent();
    }

    private static async Task<PageReply<BlockedPerson>> List(
        PageRequest page,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Account = caller.Id,
            After = page.After<Keys>()?.Account ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var rows = await chat.Database.ReadAsync(r => r.QueryAsync<BlockedPerson>(Select, parameters, ct), ct);
        return PageReply<BlockedPerson>.Of(rows, page, person => new Keys(person.Account));
    }
}
