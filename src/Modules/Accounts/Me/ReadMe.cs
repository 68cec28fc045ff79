using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Identity;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>Shows a caller their own account.</summary>
internal static class ReadMe
{
    public static void Map(RouteGroupBuilder me) =>
        me.MapGet("", Handle)
            .WithSummary("Read my account")
            .WithDescription("The caller's own account, with links to all that can be done with it.");

    internal static async Task<Results<Reply<Account>, Problem>> Handle(
        Caller caller,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var row = await database.ReadAsync(reader => new AccountStore(reader).FindAsync(caller.Id, ct), ct);
        return row is null ? Problem.NotFound() : Reply.Ok(Account.OfCaller(row, caller, clock.GetUtcNow()));
    }
}
