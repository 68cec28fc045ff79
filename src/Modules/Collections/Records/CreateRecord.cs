using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>Creates a record.</summary>
internal static class CreateRecord
{
    public static void Map(RouteGroupBuilder records) =>
        records
            .MapPost("/", Handle)
            .AllowAnonymous()
            .WithSummary("Create a record")
            .WithDescription(
                "The fields are those of the collection. An `id` (a UUID) may be given, by a client that made the record while it was offline; the members that every "
                    + "record has besides are passed over."
            )
            .WithRequestExample(
                new
                {
                    title = "Les Misérables",
                    author = "Victor Hugo",
                    price = 9.5,
                }
            )
            .WithReplyExample(RecordView.Example)
            .Fails(
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );

    private static async Task<Results<CreatedReply<RecordView>, Problem>> Handle(
        HttpContext http,
        FoundCollection found,
        Body<JsonElement> body,
        IdempotencyKey key,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var id = RecordBody.IdOf(body.Value);
        try
        {
            return await key.RunAsync<RecordView>(
                database,
                async unit =>
                {
                    var work = await RecordWork.BeginAsync(unit, store, found, clock.GetUtcNow(), 1, ct);
                    var data = work.Reader(RecordBody.IsXml(http.Request)).New(body.Value);
                    var row = await work.CreateAsync(data, id);
                    var address = found.Path is { } path ? $"{path}/{row.Id}" : RecordView.AddressOf(work.Plan, row.Id);
                    return Reply.Created(address, RecordView.Of(row, data, found.Viewer));
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
