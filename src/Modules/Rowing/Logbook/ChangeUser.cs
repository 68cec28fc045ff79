using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Rowing.Rowers;
using Sillage.Storage;

namespace Sillage.Rowing.Logbook;

/// <summary>Changes the caller as a user of that API: what of a user is a rower's profile here; all else is passed over.</summary>
internal static class ChangeUser
{
    // What that API calls it, and what it is called here.
    private static readonly (string Theirs, string Ours)[] Texts =
    [
        ("first_name", "firstName"),
        ("last_name", "lastName"),
        ("gender", "gender"),
        ("dob", "born"),
        ("country", "country"),
    ];

    public static void Map(RouteGroupBuilder user)
    {
        Described(user.MapPatch("", Handle), "Change the user");
        // That API takes both.
        Described(user.MapPost("", Handle), "Change the user by POST");
    }

    private static void Described(RouteHandlerBuilder route, string summary) =>
        route
            .RequirePermission(RowingPermission.Write)
            .Accepts<object>(LogbookBody.MediaType)
            .Produces<object>(StatusCodes.Status200OK, "application/json", LogbookReply.MediaType)
            .WithSummary(summary)
            .WithDescription(
                "`first_name`, `last_name`, `gender`, `dob`, `country`, `weight` (hundredths of a kilogram) and `max_heart_rate`: the profile of `PATCH /api/v1/rower`. What else is sent is passed over."
            )
            .WithRequestExample(new { weight = 7500, max_heart_rate = 190 })
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> Handle(
        HttpContext http,
        LogbookCaller rower,
        Caller caller,
        IDatabase<RowingData> database,
        TimeProvider clock
    )
    {
        var ct = http.RequestAborted;
        var (patch, faults) = Translate(await LogbookBody.ReadAsync(http));
        RowerRow? changed = null;
        try
        {
            changed = faults.IsEmpty
                ? await database.WriteAsync(
                    async unit =>
                    {
                        var row = await RowerRow.ObtainAsync(unit, caller.Id, clock.GetUtcNow(), ct);
                        var profile = MergePatch<Profile>.Of(patch).Apply(row.ReadProfile());
                        await RowerRow.SaveAsync(unit, caller.Id, profile, clock.GetUtcNow(), ct);
                        return await RowerRow.FindAsync(unit, caller.Id, ct);
                    },
                    ct
                )
                : null;
        }
        catch (ProblemException e) when (e.Problem.Errors is { Count: > 0 } errors)
        {
            foreach (var error in errors)
            {
                faults.Add(TheirsOf(error.Pointer.TrimStart('/')), error.Detail);
            }
        }

        return changed is null
            ? LogbookReply.Error(StatusCodes.Status422UnprocessableEntity, "Could not update user.", faults)
            : LogbookReply.Ok(new JsonObject { ["data"] = LogbookUser.Write(changed, caller.Username) });
    }

    private static string TheirsOf(string ours) =>
        ours switch
        {
            "maximumHeartRate" => "max_heart_rate",
            _ => Array.Find(Texts, text => text.Ours == ours).Theirs ?? ours,
        };

    private static (JsonElement Patch, FieldFaults Faults) Translate(JsonElement sent)
    {
        var (patch, faults) = (new JsonObject(), new FieldFaults());
        if (sent.ValueKind != JsonValueKind.Object)
        {
            faults.Add("user", "An object is expected.");
            return (default, faults);
        }

        foreach (var (theirs, ours) in Texts)
        {
            if (sent.TryGetProperty(theirs, out var value))
            {
                patch[ours] = JsonNode.Parse(value.GetRawText());
            }
        }

        // They are numbers, and some programs send them as texts.
        foreach (
            var (theirs, ours, unit) in new[] { ("weight", "weight", 100d), ("max_heart_rate", "maximumHeartRate", 1d) }
        )
        {
            if (!sent.TryGetProperty(theirs, out var value))
            {
                continue;
            }

            if (value.ValueKind == JsonValueKind.Null)
            {
                patch[ours] = null;
            }
            else if (
                value.ValueKind is JsonValueKind.Number or JsonValueKind.String
                && double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number)
            )
            {
                patch[ours] =
                    unit > 1 ? JsonValue.Create(number / unit) : JsonValue.Create((long)Math.Clamp(number, -1, 1e6));
            }
            else
            {
                faults.Add(theirs, "A number is expected.");
            }
        }

        return (JsonSerializer.SerializeToElement(patch), faults);
    }
}
