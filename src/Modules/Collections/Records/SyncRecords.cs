using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>A change that a client made to its copy.</summary>
/// <param name="Id">The record; of a new one, the id that the client gave it.</param>
/// <param name="Base">The record as the client had it from the server, or the members that it changed of it; null for a new one.</param>
/// <param name="Record">The members as they are to be, those that are not named stay; null if the record is to be deleted.</param>
public sealed record SyncChange(Guid Id, JsonElement? Base = null, JsonElement? Record = null);

/// <summary>Changes that a client made while it was away.</summary>
/// <param name="Changes">1 to 200 of them, done in their order, each for itself.</param>
public sealed record SyncRequest([property: Required, MinLength(1), MaxLength(200)] IReadOnlyList<SyncChange> Changes);

/// <summary>What became of a change.</summary>
public enum SyncOutcome
{
    /// <summary>It is as the client has it.</summary>
    Accepted,

    /// <summary>Others had changed other members meanwhile: both are there.</summary>
    Merged,

    /// <summary>Others changed the same members, or deleted the record: nothing was done.</summary>
    Conflict,

    /// <summary>It is not valid or not allowed: nothing was done.</summary>
    Refused,
}

/// <summary>What became of one change.</summary>
/// <param name="Id">The record.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Record">The record as it is now on the server; null if it is not there.</param>
/// <param name="Fields">Of a conflict, the members that both changed.</param>
/// <param name="Yours">Of a conflict, these members as the client wants them.</param>
/// <param name="Status">Of what is refused, the status that it would have alone.</param>
/// <param name="Detail">Of what is refused, why.</param>
/// <param name="Errors">Of what is refused, each place in the record.</param>
public sealed record SyncResult(
    Guid Id,
    SyncOutcome Outcome,
    RecordView? Record = null,
    IReadOnlyList<string>? Fields = null,
    JsonObject? Yours = null,
    int? Status = null,
    string? Detail = null,
    IReadOnlyList<FieldError>? Errors = null
);

/// <summary>What became of changes.</summary>
/// <param name="Results">In the order of the changes; fewer where the reply has no more room: the others were not looked at, and can be sent again.</param>
public sealed record SyncReply(IReadOnlyList<SyncResult> Results);

/// <summary>
/// Takes the changes of a client that was away. Each is compared by field with what the client had and with what is there now, so that sent again it is found to be done.
/// </summary>
internal static class SyncRecords
{
    public static void Map(RouteGroupBuilder records) =>
        records
            .MapPost("/sync", Handle)
            .RequirePermission(CollectionsPermission.Use)
            .WithSummary("Send changes of a copy")
            .WithDescription(
                """
                For clients that go on without a network. A change names the record as the client had it (`base`) and as it is to be (`record`). What nobody else touched is `accepted`,
                other members that others changed are kept (`merged`), and where both changed the same, nothing is done and both sides are shown (`conflict`): send it again with the
                server's as `base` to have it your way. Each change is done for itself, and one that comes again is found to be done. Where long records fill the reply it ends early: send
                the changes again that have no result.
                """
            )
            .WithRequestExample(
                new SyncRequest([
                    new SyncChange(
                        new Guid("019337d6-0f8a-7c4e-9d3b-2f6a51c0e8b7"),
                        JsonSerializer.SerializeToElement(new { price = 9.5 }),
                        JsonSerializer.SerializeToElement(new { price = 8.0 })
                    ),
                ])
            )
            .WithReplyExample(
                new
                {
                    results = new[]
                    {
                        new
                        {
                            id = "019337d6-0f8a-7c4e-9d3b-2f6a51c0e8b7",
                            outcome = "accepted",
                            record = RecordView.Example,
                        },
                    },
                }
            )
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<SyncReply>> Handle(
        FoundCollection found,
        Body<SyncRequest> body,
        CollectionStore store,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var results = new List<SyncResult>();
        var room = (long)PageRequest.MaximumBytes;
        foreach (var change in body.Value.Changes)
        {
            if (room < 0)
            {
                break;
            }

            try
            {
                results.Add(
                    await database.WriteAsync(unit => DoAsync(unit, store, found, change, clock.GetUtcNow(), ct), ct)
                );
            }
            catch (ProblemException e)
            {
                results.Add(Refused(change.Id, e.Problem));
            }
            catch (UniqueViolationException)
            {
                results.Add(Refused(change.Id, RecordBody.Taken()));
            }

            room -= results[^1].Record?.Utf8.Length ?? 0;
        }

        return Reply.Ok(new SyncReply(results));
    }

    private static async Task<SyncResult> DoAsync(
        IUnitOfWork unit,
        CollectionStore store,
        FoundCollection found,
        SyncChange change,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var id = change.Id;
        var work = await RecordWork.BeginAsync(unit, store, found, now, 0, ct);
        if (await work.TryFindAsync(id) is not { } there)
        {
            return change switch
            {
                // Deleted twice is deleted; what others deleted and this one changed is theirs to settle.
                _ when await work.TryFindAsync(id, deleted: true) is not null => change.Record is null
                    ? new SyncResult(id, SyncOutcome.Accepted)
                    : new SyncResult(id, SyncOutcome.Conflict, Fields: [], Yours: Object(change.Record)),
                { Base: null, Record: { } record } => await CreateAsync(record),
                _ => throw new ProblemException(Problem.NotFound()),
            };
        }

        var (row, before) = there;
        var shown = RecordView.Of(row, before, found.Viewer);
        var server = JsonSerializer.SerializeToElement(shown);
        var touched = change.Base is { ValueKind: JsonValueKind.Object } known
            ? known
                .EnumerateObject()
                .Where(member =>
                    before.Plan.Find(member.Name) is not null && !Same(member.Value, Member(server, member.Name))
                )
                .Select(member => member.Name)
                .ToList()
            : [];
        if (change.Record is not { } wanted)
        {
            if (touched.Count > 0)
            {
                return new SyncResult(id, SyncOutcome.Conflict, shown, touched);
            }

            await work.NextAsync(-1);
            await work.DeleteAsync(row, before, now);
            return new SyncResult(id, SyncOutcome.Accepted);
        }

        // Only what differs from what the client had is its change.
        var yours = Object(wanted);
        foreach (var name in yours.Select(member => member.Key).ToList())
        {
            if (change.Base is { } had && Same(Member(had, name), Member(wanted, name)))
            {
                yours.Remove(name);
            }
        }

        var after = work.Reader(isXml: false).Changed(before, JsonSerializer.SerializeToElement(yours));
        var changed = before.Plan.Fields.Where(field => !RecordData.Same(before[field], after[field])).ToList();
        var both = changed
            .Select(field => field.Name)
            .Where(name => !Same(change.Base is { } had ? Member(had, name) : null, Member(server, name)))
            .ToList();
        if (both.Count > 0)
        {
            return new SyncResult(id, SyncOutcome.Conflict, shown, both, yours);
        }

        var outcome = touched.Except(yours.Select(member => member.Key)).Any()
            ? SyncOutcome.Merged
            : SyncOutcome.Accepted;
        return changed.Count == 0
            ? new SyncResult(id, outcome, shown)
            : new SyncResult(
                id,
                outcome,
                RecordView.Of(await work.ChangeAsync(row, before, after), after, found.Viewer)
            );

        async Task<SyncResult> CreateAsync(JsonElement record)
        {
            await work.NextAsync(1);
            var data = work.Reader(isXml: false).New(record);
            var made = await work.CreateAsync(data, id);
            return new SyncResult(id, SyncOutcome.Accepted, RecordView.Of(made, data, found.Viewer));
        }
    }

    private static SyncResult Refused(Guid id, Problem problem) =>
        new(
            id,
            SyncOutcome.Refused,
            Status: problem.Status,
            Detail: problem.Detail ?? problem.Title,
            Errors: problem.Errors
        );

    private static JsonObject Object(JsonElement? json) =>
        json is { ValueKind: JsonValueKind.Object } value
            ? JsonObject.Create(value)!
            : throw new ProblemException(
                Problem.BadRequest(
                    "The record is not valid.",
                    new FieldError(JsonPointer.Root, "An object is expected.")
                )
            );

    private static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : null;

    // What is not there has no value.
    private static bool Same(JsonElement? left, JsonElement? right)
    {
        var (isNothing, isNothingEither) = (IsNothing(left), IsNothing(right));
        return isNothing || isNothingEither
            ? isNothing == isNothingEither
            : JsonElement.DeepEquals(left!.Value, right!.Value);
    }

    private static bool IsNothing(JsonElement? json) =>
        json is not { } value
        || value.ValueKind == JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);
}
