using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Identity;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Accounts.People;

/// <summary>Shows one account: whole to administrators and its owner, as a public profile to whoever is signed in.</summary>
internal static class ReadUser
{
    public static void Map(RouteGroupBuilder users) =>
        users
            .MapGet("/{id:guid}", Handle)
            .WithSummary("Read an account")
            .WithDescription(
                "Administrators read every account whole, a person their own. Of any other account one sees the public profile: id, names, and how many posts and "
                    + "followers it has."
            )
            .WithReplyExample(Account.Example)
            .Fails(StatusCodes.Status404NotFound);

    internal static async Task<Results<Reply<Account>, Problem>> Handle(
        Guid id,
        Caller caller,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var isWhole = caller.Can(AccountsPermission.ReadAccounts) || (caller.Id == id && caller.Can(Permission.Self));
        if (!isWhole && !caller.Can(Permission.Self))
        {
            return Problem.NotFound();
        }

        var row = await database.ReadAsync(reader => new AccountStore(reader).FindAsync(id, ct), ct);
        return row is null || (row.Disabled && !isWhole)
            ? Problem.NotFound()
            : Reply.Ok(isWhole ? Account.Of(row, clock.GetUtcNow()) : Account.Public(row));
    }
}
