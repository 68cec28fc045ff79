using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Identity;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Hosting.Requests;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>What people may change of their own account.</summary>
/// <param name="DisplayName">The name to show, 1 to 100 characters; null for none.</param>
/// <param name="Email">An e-mail address; null for none.</param>
public sealed record Profile(
    [property: StringLength(100, MinimumLength = 1), PlainText] string? DisplayName = null,
    [property: Email] string? Email = null
);

/// <summary>Changes the caller's own profile.</summary>
internal static class ChangeMe
{
    public static void Map(RouteGroupBuilder me) =>
        me.MapPatch("", Handle)
            .WithSummary("Change my account")
            .WithDescription(
                "A JSON Merge Patch: what is absent stays, what is null goes. With If-Match only if nobody has changed it since."
            )
            .Fails(StatusCodes.Status412PreconditionFailed)
            .WithRequestExample(new Profile("Player One"))
            .WithReplyExample(Account.Example);

    internal static async Task<Results<Reply<Account>, Problem>> Handle(
        MergePatch<Profile> patch,
        Precondition precondition,
        Caller caller,
        Users users,
        IDatabase<AccountsModule> database,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var changed = await database.WriteAsync(
            async unit =>
            {
                var row = await ApplyAsync(
                    unit,
                    users,
                    caller.Id,
                    patch,
                    current => precondition.Check(Account.OfCaller(current, clock.GetUtcNow())),
                    cancellationToken
                );
                return row is null ? null : Account.OfCaller(row, clock.GetUtcNow());
            },
            cancellationToken
        );
        return changed is null ? Problem.NotFound() : Reply.Ok(changed);
    }

    /// <summary>Applies the patch in the unit; null if there is no such account.</summary>
    public static async Task<AccountRow?> ApplyAsync(
        IUnitOfWork unit,
        Users users,
        Guid accountId,
        MergePatch<Profile> patch,
        Action<AccountRow> check,
        CancellationToken cancellationToken
    )
    {
        using var manager = users.In(unit);
        if (await manager.FindByIdAsync(accountId.ToString()) is not { } row)
        {
            return null;
        }

        check(row);
        var before = new Profile(row.DisplayName, row.Email);
        var after = patch.Apply(before);
        if (after != before)
        {
            row.Describe(after.DisplayName, after.Email);
            (await manager.UpdateAsync(row)).MustSucceed();
            await unit.AuditAsync(
                new AuditEntry("account.corrected", accountId, accountId.ToString()),
                cancellationToken
            );
        }

        return row;
    }
}
