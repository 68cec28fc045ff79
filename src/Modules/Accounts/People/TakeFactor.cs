using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Factors;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Sessions;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Accounts.People;

/// <summary>Takes the second factor off an account, for those who have lost theirs.</summary>
internal static class TakeFactor
{
    public static void Map(RouteGroupBuilder users) =>
        users
            .MapDelete("/{id:guid}/second-factor", Handle)
            .RequirePermission(AccountsPermission.ManageAccounts)
            .WithSummary("Take away a lost second factor")
            .WithDescription(
                "The password alone opens the account then; its sessions end. One's own is removed with password and code. An API key takes none "
                    + "from an administrator."
            )
            .Fails(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);

    internal static async Task<Results<NoContent, Problem>> Handle(
        Guid id,
        Caller caller,
        AccountStates states,
        IDatabase<AccountsData> database,
        CancellationToken ct
    ) =>
        await database.WriteAsync<Results<NoContent, Problem>>(
            async unit =>
            {
                if (await new AccountStore(unit).FindAsync(id, ct) is not { } row)
                {
                    return Problem.NotFound();
                }

                if (ByApiKey.RefuseTarget(caller, row) is { } refused)
                {
                    return refused;
                }

                // Else whoever finds a session would need no code to be rid of it.
                if (id == caller.Id)
                {
                    return Problem.Forbidden(
                        "Your own second factor is removed with the password and a code: POST /api/v1/me/second-factor/removal."
                    );
                }

                if (!await FactorStore.RemoveAsync(unit, id, caller.Id, ct))
                {
                    return Problem.NotFound("The account has no second factor.");
                }

                await OpenSessions.EndAllAsync(unit, states, id, null, ct);
                return TypedResults.NoContent();
            },
            ct
        );
}
