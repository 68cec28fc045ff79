using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Merging;

/// <summary>Lists the other records of a session, each with the reason for which it was taken for one.</summary>
internal static class ListSources
{
    /// <summary>The other records of a session.</summary>
    /// <param name="Sources">Each with its reason; empty where there is one record only.</param>
    public sealed record SourcesReply(IReadOnlyList<SourceResource> Sources);

    public static void Map(RouteGroupBuilder workout) =>
        workout
            .MapGet("/sources", Handle)
            .RequirePermission(RowingPermission.Read)
            .RequireRight(WorkoutRights.Change)
            .WithSummary("List the records of a session")
            .WithDescription(
                "What other devices recorded of the same session, and why it was taken for the same: start, machine, distance and duration are near each other. DELETE on one parts the two."
            )
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<SourcesReply>> Handle(
        WorkoutRow workout,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var rows = await database.ReadAsync(reader => SourceList.ReadAsync(reader, workout.Id, ct), ct);
        return Reply.Ok(new SourcesReply([.. rows.Select(row => SourceList.Show(workout.Id, row))]));
    }
}
