using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Addresses;
using Sillage.Accounts.Identity;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>Changes the caller's own profile.</summary>
internal static class ChangeMe
{
    public static void Map(RouteGroupBuilder me) =>
        me.MapPatch("", Handle)
            .WithSummary("Change my account")
            .WithDescription(
                "A JSON Merge Patch: what is absent stays, what is null goes. With If-Match only if nobody has changed it since. "
                    + "Where mail is sent, a confirmed address changes once both it and the new one have agreed (`GET /api/v1/me/address`)."
            )
            .Fails(StatusCodes.Status412PreconditionFailed)
            .WithRequestExample(new Profile("Player One"))
            .WithReplyExample(Account.Example);

    internal static async Task<Results<Reply<Account>, Problem>> Handle(
        MergePatch<Profile> patch,
        Precondition precondition,
        Caller caller,
        ProfileChange profiles,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var row = await profiles.ApplyAsync(
            database,
            caller.Id,
            patch,
            current => precondition.Check(Account.OfCaller(current, caller, clock.GetUtcNow())),
            ct
        );
        return row is null ? Problem.NotFound() : Reply.Ok(Account.OfCaller(row, caller, clock.GetUtcNow()));
    }
}
