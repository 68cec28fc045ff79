using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Paging;
using Sillage.Storage;

namespace Sillage.Rowing.Workouts;

/// <summary>Lists what was deleted of the caller's workouts, so that copies elsewhere can follow.</summary>
internal static class ListDeletions
{
    /// <summary>Removes what is past its time; see <see cref="RowingOptions.KeepDeletions"/>.</summary>
    public const string DeleteOld = """
        DELETE FROM workout_deletion WHERE position IN
          (SELECT position FROM workout_deletion WHERE deleted_at < @Before ORDER BY deleted_at LIMIT @Limit)
        """;

    private const string Select = """
        SELECT position, workout, number, deleted_at FROM workout_deletion
        WHERE account_id = @Account AND position > @After ORDER BY position LIMIT @Limit
        """;

    /// <summary>A workout that was deleted.</summary>
    /// <param name="Position">Goes up with every deletion.</param>
    /// <param name="Workout">The id that it had.</param>
    /// <param name="Number">The number that it had.</param>
    /// <param name="DeletedAt">When it was deleted.</param>
    public sealed record Deletion(long Position, Guid Workout, long Number, DateTimeOffset DeletedAt);

    /// <summary>Where a page begins.</summary>
    internal sealed record Keys(long Position);

    public static void Map(RouteGroupBuilder workouts) =>
        workouts
            .MapGet("/deletions", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("List deleted workouts")
            .WithDescription(
                "The oldest first, as long as `Rowing:KeepDeletions` says: by this copies elsewhere follow."
            );

    private static async Task<PageReply<Deletion>> Handle(
        PageRequest page,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Account = caller.Id,
            After = page.After<Keys>()?.Position ?? 0,
            Limit = (long)page.Limit + 1,
        };
        var rows = await database.ReadAsync(reader => reader.QueryAsync<Deletion>(Select, parameters, ct), ct);
        return PageReply<Deletion>.Of(rows, page, deletion => new Keys(deletion.Position));
    }
}
