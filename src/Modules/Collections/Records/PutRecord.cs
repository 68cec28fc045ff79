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

/// <summary>Changes the record that has the same unique key, or creates one.</summary>
internal static class PutRecord
{
    public static void Map(RouteGroupBuilder records) =>
        records
            .MapPut("/", Handle)
            .AllowAnonymous()
            .WithSummary("Put a record by a unique key")
            .WithDescription(
                "Where a record has the same value of the field that `by` names, what is sent is changed in it and the rest stays (200); else a record is created (201). Sent again it is the same."
            )
            .WithQuery("by", "A unique field of the collection. Default `id`.", "isbn")
            .WithRequestExample(new { isbn = "9782253096337", price = 8.0 })
            .WithReplyExample(RecordView.Example)
            .Fails(
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );

    private static async Task<Results<CreatedReply<RecordView>, Reply<RecordView>, Problem>> Handle(
        HttpContext http,
        FoundCollection found,
        Body<JsonElement> body,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct,
        string by = "id"
    )
    {
        try
        {
            return await database.WriteAsync<Results<CreatedReply<RecordView>, Reply<RecordView>, Problem>>(
                async unit =>
                {
                    var work = await RecordWork.BeginAsync(unit, store, found, clock.GetUtcNow(), 0, ct);
                    var isXml = RecordBody.IsXml(http.Request);
                    var (row, data, outcome) = await work.PutAsync(body.Value, work.KeyOf(by), isXml);
                    var view = RecordView.Of(row, data, found.Viewer);
                    return outcome == PutOutcome.Created
                        ? Reply.Created(RecordView.AddressOf(work.Plan, row.Id), view)
                        : Reply.Ok(view);
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
