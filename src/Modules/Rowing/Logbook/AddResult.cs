using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Rowing.Records;
using Sillage.Storage;

namespace Sillage.Rowing.Logbook;

/// <summary>Takes results, one or many.</summary>
internal static class AddResult
{
    private const int MostResults = 100;

    private static readonly object Example = new
    {
        type = "rower",
        date = "2026-11-20 07:37:12",
        timezone = "Europe/Zurich",
        distance = 2000,
        time = 4321,
        weight_class = "H",
        workout_type = "FixedDistanceSplits",
        stroke_data = new[]
        {
            new
            {
                t = 23,
                d = 155,
                p = 971,
                spm = 36,
                hr = 156,
            },
        },
    };

    public static void Map(RouteGroupBuilder results)
    {
        results
            .MapPost("", One)
            .RequirePermission(RowingPermission.Write)
            .Accepts<object>(LogbookBody.MediaType)
            .Produces<object>(StatusCodes.Status201Created, "application/json", LogbookReply.MediaType)
            .WithSummary("Add a result")
            .WithDescription(
                "As the Logbook takes it. One of the same date, time and distance is 409; what is wrong with fields is 422, and so is what has no room (`Rowing:WorkoutsPerAccount`)."
            )
            .WithRequestExample(Example)
            .Fails(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status422UnprocessableEntity
            );
        results
            .MapPost("/bulk", Many)
            .RequirePermission(RowingPermission.Write)
            .Accepts<object>(LogbookBody.MediaType)
            .Produces<object>(StatusCodes.Status200OK, "application/json", LogbookReply.MediaType)
            .WithSummary("Add results")
            .WithDescription($"An array of up to {MostResults} results; the reply is an array with a status for each.")
            .WithRequestExample(new[] { Example })
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> One(
        HttpContext http,
        LogbookCaller rower,
        WorkoutRoom room,
        IDatabase<RowingData> database,
        TimeProvider clock
    )
    {
        var sent = await LogbookBody.ReadAsync(http);
        var (status, body) = await StoreAsync(sent, rower, room, database, clock, http.RequestAborted);
        return status == StatusCodes.Status201Created
            ? LogbookReply.Ok(new JsonObject { ["data"] = body }, status)
            : LogbookReply.Ok(body, status);
    }

    private static async Task<IResult> Many(
        HttpContext http,
        LogbookCaller rower,
        WorkoutRoom room,
        IDatabase<RowingData> database,
        TimeProvider clock
    )
    {
        var sent = await LogbookBody.ReadAsync(http);
        if (sent.ValueKind != JsonValueKind.Array || sent.GetArrayLength() is 0 or > MostResults)
        {
            return LogbookReply.Error(
                StatusCodes.Status422UnprocessableEntity,
                $"An array of 1 to {MostResults} results is expected."
            );
        }

        var replies = new JsonArray();
        foreach (var result in sent.EnumerateArray())
        {
            var (status, body) = await StoreAsync(result, rower, room, database, clock, http.RequestAborted);
            replies.Add(
                (JsonNode)(
                    status == StatusCodes.Status201Created
                        ? new JsonObject { ["status_code"] = status, ["data"] = body }
                        : body
                )
            );
        }

        return LogbookReply.Ok(replies);
    }

    private static async Task<(int Status, JsonObject Body)> StoreAsync(
        JsonElement sent,
        LogbookCaller rower,
        WorkoutRoom room,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var faults = new FieldFaults();
        var draft =
            sent.ValueKind == JsonValueKind.Object ? new ResultReader(sent, faults).Read(rower.Row.AccountId) : null;
        if (draft is null)
        {
            const int invalid = StatusCodes.Status422UnprocessableEntity;
            return (invalid, LogbookReply.ErrorBody(invalid, "Validation failed", faults));
        }

        var (row, refusal) = await database.WriteAsync(
            unit => ResultStore.StoreAsync(unit, draft, room, clock.GetUtcNow(), ct),
            ct
        );
        if (row is not null)
        {
            return (StatusCodes.Status201Created, ResultWriter.Write(row, rower.Row.Number));
        }

        // Programs take 409 for one that is there already, and forget it.
        return refusal is null
            ? Refused(StatusCodes.Status409Conflict, "Duplicate result")
            : Refused(StatusCodes.Status422UnprocessableEntity, refusal);
    }

    private static (int, JsonObject) Refused(int status, string message) =>
        (status, LogbookReply.ErrorBody(status, message));
}
