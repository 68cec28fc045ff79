using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>What came of an import.</summary>
/// <param name="Created">How many records are new.</param>
/// <param name="Changed">How many were changed.</param>
/// <param name="Unchanged">How many were so already.</param>
public sealed record ImportReply(long Created, long Changed, long Unchanged);

/// <summary>Takes records out of a file: all of them or none.</summary>
internal static class ImportRecords
{
    private const int MostBytes = 16 * 1024 * 1024;
    private const int MostTold = 100;

    public static void Map(RouteGroupBuilder records) =>
        records
            .MapPost("/import", Handle)
            .RequirePermission(CollectionsPermission.Use)
            .WithMetadata(new RequestSizeLimitAttribute(MostBytes))
            // A slow body is cut off by its rate.
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .Accepts<byte[]>(RowsBody.MediaTypes[0], RowsBody.MediaTypes[1..])
            .WithSummary("Import records")
            .WithDescription(
                """
                A file of up to 16 MiB and 10 000 rows, as CSV with the names of fields in its first line, or as NDJSON, a record a line. Commas, semicolons, tabs and bars part cells; a cell that is empty is no
                value, a list is written as JSON or parted by bars. Either all rows are stored or none: then the first hundred faults are told, each with its row, from 0 on, as in `/rows/3/price`, and the line
                of the file. With `by`, a row changes the record that has the same key. The members that every record has are passed over, save the id of a new one.
                """
            )
            .WithQuery(
                "by",
                "A unique field, or `id`: rows change the records that have the same value there. Default none, all rows are new."
            )
            .WithReplyExample(new ImportReply(120, 0, 0))
            .Fails(
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge
            );

    private static async Task<Results<CreatedReply<ImportReply>, Problem>> Handle(
        HttpContext http,
        FoundCollection found,
        IdempotencyKey key,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        string? by = null
    )
    {
        var ct = http.RequestAborted;
        var form = RowsBody.FormOf(http.Request);
        await key.ReadBodyAsync(http);
        var rows = RowsBody.Read(await RawBody.ReadAsync(http), form, found);
        try
        {
            return await key.RunAsync<ImportReply>(
                database,
                async unit =>
                {
                    var work = await RecordWork.BeginAsync(unit, store, found, clock.GetUtcNow(), 0, ct);
                    var field = by is null ? null : work.KeyOf(by);
                    // Who may create none at all is told so, and not of each row.
                    if (by is null && work.Access.RuleOf(Deed.Create) is Truth { Value: false })
                    {
                        throw new ProblemException(work.Access.Denied(Deed.Create));
                    }

                    var (created, changed, errors) = (0L, 0L, new List<FieldError>());
                    for (var i = 0; i < rows.Count && errors.Count < MostTold; i++)
                    {
                        try
                        {
                            var isText = form == RowsForm.Csv;
                            var outcome = by is null
                                ? await CreateAsync(work, rows[i].Record, isText)
                                : (await work.PutAsync(rows[i].Record, field, isText)).Outcome;
                            created += outcome == PutOutcome.Created ? 1 : 0;
                            changed += outcome == PutOutcome.Changed ? 1 : 0;
                        }
                        catch (ProblemException e) when (e.Problem.Status is not (401 or 413 or 429))
                        {
                            errors.AddRange(At(i, rows[i].Line, e.Problem));
                        }
                    }

                    return errors.Count == 0
                        ? Reply.Created(
                            $"/api/v1/collections/{found.Plan.Address}/records",
                            new ImportReply(created, changed, rows.Count - created - changed)
                        )
                        : throw new ProblemException(
                            Problem.BadRequest(
                                "Nothing was stored: 'errors' names the rows that are not valid, up to a hundred faults.",
                                [.. errors.Take(MostTold)]
                            )
                        );
                },
                ct
            );
        }
        catch (UniqueViolationException)
        {
            return RecordBody.Taken();
        }
    }

    private static async Task<PutOutcome> CreateAsync(RecordWork work, JsonElement record, bool isText)
    {
        await work.NextAsync(1);
        await work.CreateAsync(work.Reader(isText).New(record), RecordBody.IdOf(record));
        return PutOutcome.Created;
    }

    private static IEnumerable<FieldError> At(int row, long line, Problem problem) =>
        (problem.Errors ?? [new FieldError("", problem.Detail ?? problem.Title)]).Select(error => new FieldError(
            JsonPointer.Item("/rows", row) + error.Pointer,
            $"Line {line}: {error.Detail}"
        ));
}
