using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Identity;
using Sillage.Accounts.PersonalData;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Accounts.People;

/// <summary>Erases somebody who has asked an administrator to.</summary>
internal static class EraseUser
{
    public static void Map(RouteGroupBuilder users) =>
        users
            .MapDelete("/{id:guid}", Handle)
            .RequirePermission(AccountsPermission.ManageAccounts)
            .WithSummary("Erase an account")
            .WithDescription(
                "As a person erases their own; see there. An API key erases neither an administrator nor its owner."
            )
            .WithQuery("form", Erasure.FormHelp, "anonymise")
            .WithQuery("dryRun", "Whether only to count what would be removed. Default false.", "true")
            .WithReplyExample(ErasureReport.Example)
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    internal static async Task<Results<Reply<ErasureReport>, Problem>> Handle(
        Guid id,
        Caller caller,
        Erasure erasure,
        IDatabase<AccountsData> database,
        CancellationToken ct,
        string? form = null,
        bool dryRun = false
    )
    {
        if (Erasure.Parse(form) is not { } chosen)
        {
            return Erasure.FormMissing();
        }

        var row = await database.ReadAsync(reader => new AccountStore(reader).FindAsync(id, ct), ct);
        if (row is null)
        {
            return Problem.NotFound();
        }

        if (ByApiKey.RefuseTarget(caller, row) is { } refused)
        {
            return refused;
        }

        var report = await erasure.CountAsync(id, chosen, dryRun, ct);
        return dryRun ? Reply.Ok(report) : await erasure.RunAsync(report, caller.Id, ct);
    }
}
