using System.Text.Json;
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

/// <summary>Replaces a record, or changes parts of it.</summary>
internal static class ChangeRecord
{
    public static void Map(RouteGroupBuilder record)
    {
        record
            .MapPut("/", Replace)
            .AllowAnonymous()
            .WithSummary("Replace a record")
            .WithDescription(
                "What is not in the body has no value afterwards. The members that every record has are passed over, so that what was read may be sent back."
            )
            .WithRequestExample(
                new
                {
                    title = "Les Misérables",
                    author = "Victor Hugo",
                    price = 8.0,
                }
            )
            .WithReplyExample(RecordView.Example)
            .Fails(Failures);
        record
            .MapPatch("/", Patch)
            .AllowAnonymous()
            .WithSummary("Change a record")
            .WithDescription("A JSON Merge Patch: what is null is removed, what is not there stays.")
            .WithRequestExample(new { price = 8.0 })
            .WithReplyExample(RecordView.Example)
            .Fails(Failures);
    }

    private static readonly int[] Failures =
    [
        StatusCodes.Status401Unauthorized,
        StatusCodes.Status403Forbidden,
        StatusCodes.Status404NotFound,
        StatusCodes.Status409Conflict,
        StatusCodes.Status412PreconditionFailed,
    ];

    private static Task<Results<Reply<RecordView>, Problem>> Replace(
        HttpContext http,
        Guid record,
        FoundCollection found,
        Body<JsonElement> body,
        Precondition precondition,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var isXml = RecordBody.IsXml(http.Request);
        return ChangeAsync(
            record,
            found,
            (work, before) => work.Reader(isXml).Replacement(before, body.Value),
            precondition,
            store,
            database,
            clock,
            ct
        );
    }

    private static Task<Results<Reply<RecordView>, Problem>> Patch(
        HttpContext http,
        Guid record,
        FoundCollection found,
        MergePatch<JsonElement> patch,
        Precondition precondition,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var isXml = RecordBody.IsXml(http.Request);
        return ChangeAsync(
            record,
            found,
            (work, before) => work.Reader(isXml).Patched(before, patch.Document),
            precondition,
            store,
            database,
            clock,
            ct
        );
    }

    private static async Task<Results<Reply<RecordView>, Problem>> ChangeAsync(
        Guid record,
        FoundCollection found,
        Func<RecordWork, RecordData, RecordData> change,
        Precondition precondition,
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
                    var work = await RecordWork.BeginAsync(unit, store, found, clock.GetUtcNow(), 0, ct);
                    var (row, before) = await work.FindAsync(record);
                    precondition.Check(RecordView.Of(row, before, found.Viewer));
                    var after = change(work, before);
                    row = await work.ChangeAsync(row, before, after);
                    return Reply.Ok(RecordView.Of(row, after, found.Viewer));
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
