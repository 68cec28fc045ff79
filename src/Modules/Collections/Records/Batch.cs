using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>What is done to a record.</summary>
public enum BatchDeed
{
    /// <summary>A record is created.</summary>
    Create,

    /// <summary>A record is replaced.</summary>
    Replace,

    /// <summary>A record is changed by a merge patch.</summary>
    Change,

    /// <summary>The record that has the same value of the unique field <c>by</c> is changed, or one is created.</summary>
    Put,

    /// <summary>A record is deleted.</summary>
    Delete,
}

/// <summary>One thing to do.</summary>
/// <param name="Do">What to do.</param>
/// <param name="Collection">The collection, as addresses call it.</param>
/// <param name="Record">The record; of a new one, the id that it is to have, if any.</param>
/// <param name="Body">What is sent: a record, or a merge patch; nothing for a deletion.</param>
/// <param name="By">To put a record: the unique field that tells which one it is, or <c>id</c>.</param>
public sealed record BatchOperation(
    BatchDeed Do,
    [property: Required] string Collection,
    Guid? Record = null,
    JsonElement? Body = null,
    string? By = null
);

/// <summary>Things to do, all or none.</summary>
/// <param name="Operations">1 to 1000 of them, done in their order.</param>
public sealed record BatchRequest(
    [property: Required, MinLength(1), MaxLength(1000)] IReadOnlyList<BatchOperation> Operations
);

/// <summary>What came of a batch.</summary>
/// <param name="Records">The records, in the order of the operations; null where one was deleted.</param>
public sealed record BatchReply(IReadOnlyList<RecordView?> Records);

/// <summary>Does many things to records in one transaction.</summary>
internal static class Batch
{
    // A change of some bytes rewrites and shows the whole record.
    private const int MostBytes = 4 * PageRequest.MaximumBytes;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/api/v1/batch", Handle)
            .WithTags("Records")
            .RequirePermission(CollectionsPermission.Use)
            .WithSummary("Change many records at once")
            .WithDescription(
                "All or nothing, in any collections. What is wrong is told with its place, such as `/operations/3/body/title`, and with the status that it would have alone."
            )
            .WithRequestExample(
                new BatchRequest([
                    new BatchOperation(
                        BatchDeed.Create,
                        "books",
                        Body: JsonSerializer.SerializeToElement(new { title = "Candide", author = "Voltaire" })
                    ),
                ])
            )
            .WithReplyExample(new { records = new[] { RecordView.Example } })
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status413PayloadTooLarge);

    private static async Task<Results<CreatedReply<BatchReply>, Problem>> Handle(
        Body<BatchRequest> body,
        IdempotencyKey key,
        Caller caller,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        try
        {
            return await key.RunAsync<BatchReply>(
                database,
                async unit =>
                {
                    var (now, records) = (clock.GetUtcNow(), new List<RecordView?>());
                    var room = MostBytes;
                    var works = new Dictionary<string, RecordWork>(StringComparer.Ordinal);
                    foreach (var operation in body.Value.Operations)
                    {
                        try
                        {
                            var record = await DoAsync(unit, store, caller, works, operation, now, ct);
                            room -= record?.Utf8.Length ?? 0;
                            if (room < 0)
                            {
                                throw new ProblemException(TooMuch());
                            }

                            records.Add(record);
                        }
                        catch (ProblemException e)
                        {
                            throw new ProblemException(At(records.Count, e.Problem));
                        }
                    }

                    return Reply.Created("/api/v1/collections", new BatchReply(records));
                },
                ct
            );
        }
        catch (UniqueViolationException)
        {
            return RecordBody.Taken();
        }
    }

    private static Problem TooMuch() =>
        Problem.Of(
            StatusCodes.Status413PayloadTooLarge,
            "Too large",
            $"The records of a batch come to at most {MostBytes} bytes as they are afterwards: send the rest as another batch."
        );

    private static async Task<RecordView?> DoAsync(
        IUnitOfWork unit,
        CollectionStore store,
        Caller caller,
        Dictionary<string, RecordWork> works,
        BatchOperation operation,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var more = operation.Do switch
        {
            BatchDeed.Create => 1,
            BatchDeed.Delete => -1,
            _ => 0,
        };
        if (works.TryGetValue(operation.Collection, out var work))
        {
            await work.NextAsync(more);
        }
        else
        {
            var known =
                await store.FindAsync(unit, operation.Collection, ct) ?? throw new ProblemException(Problem.NotFound());
            var found = new FoundCollection(known, FoundCollection.ViewerOf(caller));
            works[operation.Collection] = work = await RecordWork.BeginAsync(unit, store, found, now, more, ct);
        }

        var viewer = work.Access.Viewer;
        var reader = work.Reader(isXml: false);
        if (operation.Do == BatchDeed.Create)
        {
            var created = reader.New(operation.Body ?? default);
            var made = await work.CreateAsync(created, operation.Record);
            return RecordView.Of(made, created, viewer);
        }

        if (operation.Do == BatchDeed.Put)
        {
            var (put, data, _) = await work.PutAsync(
                operation.Body ?? default,
                work.KeyOf(operation.By ?? "id"),
                false
            );
            return RecordView.Of(put, data, viewer);
        }

        var id =
            operation.Record
            ?? throw new ProblemException(
                Problem.BadRequest("The batch is not valid.", new FieldError("/record", "Is missing."))
            );
        var (row, before) = await work.FindAsync(id);
        if (operation.Do == BatchDeed.Delete)
        {
            await work.DeleteAsync(row, before, now);
            return null;
        }

        var after =
            operation.Do == BatchDeed.Replace
                ? reader.Replacement(before, operation.Body ?? default)
                : reader.Patched(before, operation.Body ?? default);
        return RecordView.Of(await work.ChangeAsync(row, before, after), after, viewer);
    }

    // A record's own pointers go into the operation's body.
    private static Problem At(int index, Problem problem)
    {
        var at = JsonPointer.Item("/operations", index);
        var errors = (problem.Errors ?? [new FieldError("", problem.Detail ?? problem.Title)]).Select(error =>
            error with
            {
                Pointer =
                    at
                    + (
                        error.Pointer is "" or "/record" ? error.Pointer
                        : error.Pointer == "?by" ? "/by"
                        : "/body" + error.Pointer
                    ),
            }
        );
        return Problem.Of(problem.Status, problem.Title, problem.Detail, [.. errors]);
    }
}
