using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Rights;

/// <summary>Lists who may do what in a study.</summary>
internal static class ListRights
{
    private sealed record Keys(Guid Account);

    public static void Map(RouteGroupBuilder rights) =>
        rights
            .MapGet("/", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("List rights")
            .WithDescription("The owner and every account that was given a right.")
            .WithReplyExample(new Page<RightsResource>([RightsResource.Example], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<RightsResource>> Handle(
        Study study,
        PageRequest page,
        IAccountDirectory accounts,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>()?.Account;
        var holders = study
            .Rights.Keys.Concat(study.Owner is { } owner ? [owner] : [])
            .Distinct()
            .Order()
            .Where(a => after is null || a.CompareTo(after.Value) > 0)
            .Take(page.Limit + 1)
            .ToList();
        var summaries = await accounts.FindAsync(holders, ct);
        return PageReply<RightsResource>.Of(
            [.. holders.Select(a => RightsResource.Of(study, a, summaries.GetValueOrDefault(a)))],
            page,
            r => new Keys(r.Account)
        );
    }
}
