using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.PersonalData;
using Sillage.Accounts.Sessions;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>Erases the caller (GDPR article 17).</summary>
internal static class EraseMe
{
    public static void Map(RouteGroupBuilder me) =>
        me.MapDelete("", Handle)
            .WithSummary("Erase my account")
            .WithDescription(
                "Removes the account for good and tells every module to follow. Needs a login of the last 10 minutes (a setting), or "
                    + "user name and password on the request itself; with dryRun=true any login will do. The last administrator cannot "
                    + "go."
            )
            .WithQuery("form", Erasure.FormHelp, "anonymise")
            .WithQuery("dryRun", "Whether only to count what would be removed. Default false.", "true")
            .WithReplyExample(ErasureReport.Example)
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict);

    internal static async Task<Results<Reply<ErasureReport>, Problem>> Handle(
        Caller caller,
        Erasure erasure,
        IDatabase<AccountsData> database,
        IOptions<AccountsOptions> options,
        TimeProvider clock,
        CancellationToken ct,
        string? form = null,
        bool dryRun = false
    )
    {
        if (Erasure.Parse(form) is not { } chosen)
        {
            return Erasure.FormMissing();
        }

        var report = await erasure.CountAsync(caller.Id, chosen, dryRun, ct);
        if (dryRun)
        {
            return Reply.Ok(report);
        }

        var since = clock.GetUtcNow() - options.Value.RecentLogin;
        if (!await RecentLogin.IsProvedAsync(caller, database, since, ct))
        {
            return Problem.Forbidden(
                "Erasing an account needs a recent login. Log in again, or send user name and password with this request."
            );
        }

        return await erasure.RunAsync(report, caller.Id, ct);
    }
}
