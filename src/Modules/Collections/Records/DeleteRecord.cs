using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>Deletes a record, and restores it.</summary>
internal static class DeleteRecord
{
    /// <summary>Removes what was deleted long ago, with its history. What it was found by went when it was deleted.</summary>
    public const string DeleteOld =
        "DELETE FROM record WHERE key IN (SELECT key FROM record WHERE deleted_at < @Before ORDER BY deleted_at LIMIT @Limit)";

    public static void Map(RouteGroupBuilder record)
    {
        record
            .MapDelete("/", Handle)
            .AllowAnonymous()
            .WithSummary("Delete a record")
            .WithDescription("It can be restored for as long as the setting `Collections:KeepDeletedDays` says.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status412PreconditionFailed
            );
        record
            .MapPost("/restore", Restore)
            .AllowAnonymous()
            .WithSummary("Restore a deleted record")
            .WithReplyExample(RecordView.Example)
            .Fails(
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
    }

    private static async Task<NoContent> Handle(
        Guid record,
        FoundCollection found,
        Precondition precondition,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                var work = await RecordWork.BeginAsync(unit, store, found, clock.GetUtcNow(), -1, ct);
                var (row, data) = await work.FindAsync(record);
                precondition.Check(RecordView.Of(row, data, found.Viewer));
                return await work.DeleteAsync(row, data, work.Now);
            },
            ct
        );
        return TypedResults.NoContent();
    }

    private static async Task<Results<Reply<RecordView>, Problem>> Restore(
        Guid record,
        FoundCollection found,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        try
        {
            return await database.WriteAsync(
                async unit =>
                {
                    var work = await RecordWork.BeginAsync(unit, store, found, clock.GetUtcNow(), 1, ct);
                    var (row, data) = await work.FindAsync(record, deleted: true);
                    row = await work.DeleteAsync(row, data, null);
                    return Reply.Ok(RecordView.Of(row, data, found.Viewer));
                },
                ct
            );
        }
        catch (UniqueViolationException)
        {
            return RecordBody.Taken();
        }
    }
}
