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

/// <summary>Shows one account: to administrators, and to its owner.</summary>
internal static class ReadUser
{
    public static void Map(RouteGroupBuilder users) =>
        users
            .MapGet("/{id:guid}", Handle)
            .WithSummary("Read an account")
            .WithDescription("Administrators read every account, a person their own; any other gives 404.")
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
        if (!caller.Can(AccountsPermission.ReadAccounts) && !(caller.Id == id && caller.Can(Permission.Self)))
        {
            return Problem.NotFound();
        }

        var row = await database.ReadAsync(reader => new AccountStore(reader).FindAsync(id, ct), ct);
        return row is null ? Problem.NotFound() : Reply.Ok(Account.Of(row, clock.GetUtcNow()));
    }
}
