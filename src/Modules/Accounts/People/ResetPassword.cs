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

/// <summary>A new password, to be handed over.</summary>
/// <param name="Username">Whose it is.</param>
/// <param name="Password">Shown here and never again.</param>
/// <param name="Links">What one can do next.</param>
public sealed record NewPassword(string Username, string Password, Links Links);

/// <summary>Gives somebody a new password, for those who have lost theirs.</summary>
internal static class ResetPassword
{
    private const string KeepHelp =
        "Whether the account's API keys go on. Default false: who has the password may have made some.";

    public static void Map(RouteGroupBuilder users) =>
        users
            .MapPost("/{id:guid}/password", Handle)
            .RequirePermission(AccountsPermission.ManageAccounts)
            .WithSummary("Reset a password")
            .WithDescription(
                "Generates a password, shown in this reply and never again. Unlocks the account, and ends all its sessions and API keys. "
                    + "An API key resets neither an administrator's password nor its owner's."
            )
            .WithQuery("keepApiKeys", KeepHelp, "true")
            .WithReplyExample(
                new NewPassword("player-1", "k7hm-2wqa-nx9e", new Links { ["account"] = Account.Example.Links["self"] })
            )
            .Fails(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);

    internal static async Task<Results<Reply<NewPassword>, Problem>> Handle(
        Guid id,
        Caller caller,
        PasswordReset reset,
        IDatabase<AccountsData> database,
        CancellationToken ct,
        bool keepApiKeys = false
    )
    {
        var row = await database.ReadAsync(reader => new AccountStore(reader).FindAsync(id, ct), ct);
        if (row is not null && ByApiKey.RefuseTarget(caller, row) is { } refused)
        {
            return refused;
        }

        return
            await reset.RunAsync(manager => manager.FindByIdAsync(id.ToString()), caller.Id, keepApiKeys, ct)
                is var (username, password)
            ? new Reply<NewPassword>(
                new NewPassword(username, password, new Links { ["account"] = $"/api/v1/users/{id}" })
            )
            {
                NoStore = true,
            }
            : Problem.NotFound();
    }
}
