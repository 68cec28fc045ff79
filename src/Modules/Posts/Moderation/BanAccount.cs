using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Moderation;

/// <summary>A ban from posting to give.</summary>
/// <param name="Reason">Why, 1 to 500 characters; for moderators, and in the person's own data.</param>
/// <param name="Until">Until when; absent for good.</param>
public sealed record NewBan(
    [property: Required, StringLength(500, MinimumLength = 1)] string Reason,
    DateTimeOffset? Until = null
);

/// <summary>A ban from posting.</summary>
/// <param name="Account">Who is banned.</param>
/// <param name="Reason">Why.</param>
/// <param name="Until">Until when; absent for good.</param>
/// <param name="At">Since when.</param>
/// <param name="Links">Where it is.</param>
public sealed record Ban(Guid Account, string Reason, DateTimeOffset? Until, DateTimeOffset At, Links Links)
{
    internal static Ban Example { get; } = Of(new BanRow(Guid.Empty, "Advertises.", null, DateTimeOffset.UnixEpoch));

    internal static Ban Of(BanRow row) =>
        new(row.Account, row.Reason, row.Until, row.At, new Links($"/api/v1/posting-bans/{row.Account}"));
}

/// <summary>A ban as it is stored.</summary>
internal sealed record BanRow(Guid Account, string Reason, DateTimeOffset? Until, DateTimeOffset At);

/// <summary>Bans people from posting, and takes that back. They can still read.</summary>
internal static class BanAccount
{
    private const string Put = """
        INSERT INTO ban (account, reason, until, by, at) VALUES (@Account, @Reason, @Until, @By, @At)
        ON CONFLICT (account) DO UPDATE SET reason = @Reason, until = @Until, by = @By, at = @At
        """;

    private const string Select = """
        SELECT account, reason, until, at FROM ban WHERE account > @After ORDER BY account LIMIT @Limit
        """;

    private sealed record Keys(Guid Account);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var bans = routes
            .MapGroup("/api/v1/posting-bans")
            .WithTags("Moderation")
            .RequirePermission(PostsPermission.Moderate);
        bans.MapGet("/", List)
            .WithSummary("List bans from posting")
            .WithReplyExample(new Page<Ban>([Ban.Example], null));
        bans.MapPut("/{account:guid}", Handle)
            .WithSummary("Ban an account from posting")
            .WithDescription("It can neither write nor change posts and comments until the ban ends. Audited.")
            .WithRequestExample(new NewBan("Advertises."))
            .WithReplyExample(Ban.Example)
            .Fails(StatusCodes.Status404NotFound);
        bans.MapDelete("/{account:guid}", Lift)
            .WithSummary("Lift a ban from posting")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Reply<Ban>, Problem>> Handle(
        Guid account,
        Body<NewBan> body,
        Caller caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (!await names.ExistsAsync(account, ct))
        {
            return Problem.NotFound("There is no such account.");
        }

        var row = new BanRow(account, body.Value.Reason, body.Value.Until, clock.GetUtcNow());
        await database.WriteAsync(
            async unit =>
            {
                var parameters = new
                {
                    row.Account,
                    row.Reason,
                    row.Until,
                    By = caller.Id,
                    row.At,
                };
                await unit.ExecuteAsync(Put, parameters, ct);
                await Hiding.AuditAsync(unit, "posting.banned", caller.Id, account, null, ct);
                return true;
            },
            ct
        );
        return Reply.Ok(Ban.Of(row));
    }

    private static async Task<Results<NoContent, Problem>> Lift(
        Guid account,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) =>
        await database.WriteAsync<Results<NoContent, Problem>>(
            async unit =>
            {
                if (
                    await unit.ExecuteAsync("DELETE FROM ban WHERE account = @Account", new { Account = account }, ct)
                    == 0
                )
                {
                    return Problem.NotFound("The account is not banned.");
                }

                await Hiding.AuditAsync(unit, "posting.allowed", caller.Id, account, null, ct);
                return TypedResults.NoContent();
            },
            ct
        );

    private static async Task<PageReply<Ban>> List(
        PageRequest page,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var parameters = new { After = page.After<Keys>()?.Account ?? Guid.Empty, Limit = page.Limit + 1L };
        var rows = await database.ReadAsync(r => r.QueryAsync<BanRow>(Select, parameters, ct), ct);
        return PageReply<Ban>.Of([.. rows.Select(Ban.Of)], page, ban => new Keys(ban.Account));
    }
}
