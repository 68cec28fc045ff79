using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Accounts.PersonalData;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>Erases the caller (GDPR article 17).</summary>
internal static class EraseMe
{
    private const string LoggedInAt = "SELECT created_at FROM session WHERE id = @Id";

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
        IDatabase<AccountsModule> database,
        IOptions<AccountsOptions> options,
        TimeProvider clock,
        CancellationToken cancellationToken,
        string? form = null,
        bool dryRun = false
    )
    {
        if (Erasure.Parse(form) is not { } chosen)
        {
            return Erasure.FormMissing();
        }

        var report = await erasure.CountAsync(caller.Id, chosen, dryRun, cancellationToken);
        if (dryRun)
        {
            return Reply.Ok(report);
        }

        var since = clock.GetUtcNow() - options.Value.RecentLogin;
        if (!await HasProvedThemselvesAsync(caller, database, since, cancellationToken))
        {
            return Problem.Forbidden(
                "Erasing an account needs a recent login. Log in again, or send user name and password with this request."
            );
        }

        return await erasure.RunAsync(report, caller.Id, cancellationToken);
    }

    private static async Task<bool> HasProvedThemselvesAsync(
        Caller caller,
        IDatabase<AccountsModule> database,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) =>
        caller.Kind switch
        {
            CredentialKind.Password => true,
            CredentialKind.Session => await database.ReadAsync(
                reader =>
                    reader.ScalarAsync<DateTimeOffset?>(
                        LoggedInAt,
                        new { Id = caller.CredentialId },
                        cancellationToken
                    ),
                cancellationToken
            ) >= since,
            _ => false,
        };
}
