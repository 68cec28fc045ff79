using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Replies;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Rights;

/// <summary>Lists who may do what in a study.</summary>
internal static class ListRights
{
    private sealed record Keys(Guid Account);

    public static void Map(RouteGroupBuilder rights) =>
        rights
            .MapGet("/", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithSummary("List rights")
            .WithDescription("The owner and every account that was given a right. Needs the right 'manage'.")
            .WithReplyExample(new Page<RightsResource>([Examples.Rights], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<RightsResource>> HandleAsync(
        string study,
        PageRequest page,
        Caller caller,
        StudyDirectory directory,
        IAccountDirectory accounts,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var after = page.After<Keys>()?.Account;
        var holders = known
            .Rights.Keys.Concat(known.Owner is { } owner ? [owner] : [])
            .Distinct()
            .Order()
            .Where(a => after is null || a.CompareTo(after.Value) > 0)
            .Take(page.Limit + 1)
            .ToList();
        var summaries = await accounts.FindAsync(holders, ct);
        return PageReply<RightsResource>.Of(
            [.. holders.Select(a => RightsResource.Of(known, a, summaries.GetValueOrDefault(a)))],
            page,
            r => new Keys(r.Account)
        );
    }
}
