using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Rowing.Export;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;
using Sillage.Storage;

namespace Sillage.Rowing.Logbook;

/// <summary>Shows, changes and deletes a result, and its strokes.</summary>
internal static class OneResult
{
    private const string Touch = "UPDATE workout SET strokes = 0, updated_at = @Now WHERE number = @Number";

    public static void Map(RouteGroupBuilder result)
    {
        Described(result.MapGet("", Read), "Read a result", RowingPermission.Read)
            .WithQuery("include", "What to add: `strokes`, `metadata`, `user`, parted by commas.", "strokes");
        Changes(result.MapPatch("", Change), "Change a result");
        // That API takes both.
        Changes(result.MapPost("", Change), "Change a result by POST");
        result
            .MapDelete("", Delete)
            .RequirePermission(RowingPermission.Write)
            .WithSummary("Delete a result")
            .Produces<object>(StatusCodes.Status200OK, "application/json", LogbookReply.MediaType)
            .Fails(StatusCodes.Status404NotFound);
        Described(result.MapGet("/strokes", ReadStrokes), "Read the strokes of a result", RowingPermission.Read);
        result
            .MapDelete("/strokes", DeleteStrokes)
            .RequirePermission(RowingPermission.Write)
            .WithSummary("Delete the strokes of a result")
            .Produces<object>(StatusCodes.Status200OK, "application/json", LogbookReply.MediaType)
            .Fails(StatusCodes.Status404NotFound);
        result
            .MapGet("/export/{format}", Export)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("Export a result")
            .WithDescription("As `csv`, `fit` or `tcx`; 404 without strokes.")
            .Produces(
                StatusCodes.Status200OK,
                contentType: ExportForm.Csv,
                additionalContentTypes: [ExportForm.Fit, ExportForm.Tcx]
            )
            .Fails(StatusCodes.Status404NotFound);
    }

    private static void Changes(RouteHandlerBuilder route, string summary) =>
        Described(route, summary, RowingPermission.Write)
            .Accepts<object>(LogbookBody.MediaType)
            .WithDescription("`comments`, `privacy` and `weight_class`; what the monitor measured stays as it is.")
            .WithRequestExample(new { comments = "Head wind." })
            .Fails(StatusCodes.Status422UnprocessableEntity);

    // Its clients read what a deletion answers.
    private static IResult Deleted() => LogbookReply.Ok(new JsonObject { ["message"] = "Result deleted successfully" });

    private static RouteHandlerBuilder Described(RouteHandlerBuilder route, string summary, Permission permission) =>
        route
            .RequirePermission(permission)
            .Produces<object>(StatusCodes.Status200OK, "application/json", LogbookReply.MediaType)
            .WithSummary(summary)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Read(
        HttpRequest request,
        long id,
        LogbookCaller rower,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var include = request.Query["include"].ToString().Split(',', StringSplitOptions.TrimEntries);
        var (row, strokes) = await database.ReadAsync(
            async reader =>
                await ResultStore.FindAsync(reader, rower.Row.AccountId, id, ct) is { } found
                    ? (
                        (WorkoutRow?)found,
                        include.Contains("strokes")
                            ? await WorkoutStore.ReadStrokesAsync(reader, found.Number, ct)
                            : new List<Stroke>()
                    )
                    : (null, []),
            ct
        );
        if (row is null)
        {
            return LogbookReply.NotFound();
        }

        var data = ResultWriter.Write(row, rower.Row.Number);
        if (include.Contains("strokes"))
        {
            data["strokes"] = new JsonObject { ["data"] = ResultWriter.Strokes(row, strokes) };
        }

        if (include.Contains("metadata"))
        {
            data["metadata"] = new JsonObject { ["data"] = ResultWriter.Metadata(row) };
        }

        if (include.Contains("user"))
        {
            data["user"] = new JsonObject { ["data"] = LogbookUser.Write(rower.Row, caller.Username) };
        }

        return LogbookReply.Ok(new JsonObject { ["data"] = data });
    }

    private static async Task<IResult> Change(
        HttpContext http,
        long id,
        LogbookCaller rower,
        IDatabase<RowingData> database,
        TimeProvider clock
    )
    {
        var ct = http.RequestAborted;
        var sent = await LogbookBody.ReadAsync(http);
        var faults = new FieldFaults();
        string? Text(string name) =>
            sent.ValueKind == JsonValueKind.Object
            && sent.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        var (comments, privacy, weight) = (Text("comments"), Text("privacy"), Text("weight_class"));
        if (comments?.Length > 10_000)
        {
            faults.Add("comments", "At most 10000 characters are taken.");
        }

        if (privacy is not null && LogbookWords.PrivacyOf(privacy) is null)
        {
            faults.Add("privacy", "One of private, partners, logged_in, everyone is expected.");
        }

        if (weight is not (null or "H" or "L"))
        {
            faults.Add("weight_class", "H or L is expected.");
        }

        if (!faults.IsEmpty)
        {
            return LogbookReply.Error(StatusCodes.Status422UnprocessableEntity, "Validation failed", faults);
        }

        var changed = await database.WriteAsync(
            async unit =>
            {
                if (
                    await ResultStore.FindAsync(unit, rower.Row.AccountId, id, ct) is not { } found
                    || await WorkoutStore.LockAsync(unit, found.Id, ct) is not { } row
                )
                {
                    return null;
                }

                var detail = row.ReadDetail();
                var next = row with
                {
                    Privacy = privacy is null ? row.Privacy : Word.Of(LogbookWords.PrivacyOf(privacy)!.Value),
                    Detail = (
                        detail with
                        {
                            Comments = comments ?? detail.Comments,
                            WeightClass = weight is null ? detail.WeightClass : Enum.Parse<WeightClass>(weight),
                        }
                    ).Write(),
                    UpdatedAt = clock.GetUtcNow(),
                };
                await WorkoutStore.UpdateAsync(unit, next, ct);
                return next;
            },
            ct
        );
        return changed is null
            ? LogbookReply.NotFound()
            : LogbookReply.Ok(new JsonObject { ["data"] = ResultWriter.Write(changed, rower.Row.Number) });
    }

    private static async Task<IResult> Delete(
        long id,
        LogbookCaller rower,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var isGone = await database.WriteAsync(
            async unit =>
            {
                if (await ResultStore.FindAsync(unit, rower.Row.AccountId, id, ct) is not { } row)
                {
                    return false;
                }

                await WorkoutStore.DeleteAsync(unit, row, clock.GetUtcNow(), ct);
                return true;
            },
            ct
        );
        return isGone ? Deleted() : LogbookReply.NotFound();
    }

    private static async Task<IResult> ReadStrokes(
        long id,
        LogbookCaller rower,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var (row, strokes) = await LoadAsync(database, rower, id, ct);
        return row is null || strokes.Count == 0
            ? LogbookReply.NotFound()
            : LogbookReply.Ok(new JsonObject { ["data"] = ResultWriter.Strokes(row, strokes) });
    }

    private static async Task<IResult> DeleteStrokes(
        long id,
        LogbookCaller rower,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var isGone = await database.WriteAsync(
            async unit =>
            {
                if (await ResultStore.FindAsync(unit, rower.Row.AccountId, id, ct) is not { Strokes: > 0 } row)
                {
                    return false;
                }

                await WorkoutStore.ReplaceStrokesAsync(unit, row.Number, [], ct);
                await unit.ExecuteAsync(Touch, new { row.Number, Now = clock.GetUtcNow() }, ct);
                return true;
            },
            ct
        );
        return isGone ? Deleted() : LogbookReply.NotFound();
    }

    private static async Task<IResult> Export(
        long id,
        string format,
        LogbookCaller rower,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var (row, strokes) = await LoadAsync(database, rower, id, ct);
        return row is null || strokes.Count == 0 || format is not ("csv" or "fit" or "tcx")
            ? LogbookReply.NotFound()
            : ExportForm.Give(row, strokes, format);
    }

    private static Task<(WorkoutRow? Row, List<Stroke> Strokes)> LoadAsync(
        IDatabase<RowingData> database,
        LogbookCaller rower,
        long id,
        CancellationToken ct
    ) =>
        database.ReadAsync<(WorkoutRow? Row, List<Stroke> Strokes)>(
            async reader =>
                await ResultStore.FindAsync(reader, rower.Row.AccountId, id, ct) is { } found
                    ? (found, await WorkoutStore.ReadStrokesAsync(reader, found.Number, ct))
                    : (null, []),
            ct
        );
}
