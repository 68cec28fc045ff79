using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Collections.Spaces;

/// <summary>A space with what stands in it.</summary>
internal sealed record SpaceRow(string Space, long Collections, long Records)
{
    /// <summary>Those that somebody looks after: who declared all that is in one, and who looks after all collections.</summary>
    public const string Select = """
        SELECT c.space, COUNT(*) AS collections, CAST(SUM(n.records) AS bigint) AS records
        FROM collection c JOIN collection_count n ON n.collection = c.key
        WHERE c.space > @After AND (@Space = '' OR c.space = @Space) GROUP BY c.space
        HAVING @All = 1 OR SUM(CASE WHEN c.owner = @Account THEN 1 ELSE 0 END) = COUNT(*)
        ORDER BY c.space LIMIT @Limit
        """;

    public static object Parameters(Caller caller, string space, string after, long limit) =>
        new
        {
            Space = space,
            After = after,
            All = caller.Can(CollectionsPermission.Manage) ? 1L : 0L,
            Account = caller.Id,
            Limit = limit,
        };
}

/// <summary>The space that an address names, which the caller looks after; to all others there is none.</summary>
internal sealed record FoundSpace(string Name)
{
    public static async ValueTask<FoundSpace?> BindAsync(HttpContext context)
    {
        var caller = context.Features.Get<Caller>() ?? throw new ProblemException(Problem.NotFound());
        var database = context.RequestServices.GetRequiredService<IDatabase<CollectionsData>>();
        var (name, ct) = ((string)context.GetRouteValue("space")!, context.RequestAborted);
        var row = await database.ReadAsync(
            r => r.FirstOrDefaultAsync<SpaceRow>(SpaceRow.Select, SpaceRow.Parameters(caller, name, "", 1), ct),
            ct
        );
        return row is null ? throw new ProblemException(Problem.NotFound()) : new FoundSpace(row.Space);
    }
}
