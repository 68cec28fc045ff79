using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Rowing.Records;
using Sillage.Rowing.Rowers;

namespace Sillage.Rowing.Logbook;

/// <summary>A rower as that API shows him: his weight in hundredths of a kilogram.</summary>
internal static class LogbookUser
{
    public static JsonObject Write(RowerRow row, string username)
    {
        var profile = row.ReadProfile();
        return new JsonObject
        {
            ["id"] = row.Number,
            ["username"] = username,
            ["first_name"] = profile.FirstName,
            ["last_name"] = profile.LastName,
            ["gender"] = profile.Gender,
            ["dob"] = profile.Born?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["country"] = profile.Country,
            ["weight"] = profile.Weight is { } kilograms ? (long)Math.Round(kilograms * 100) : null,
            ["max_heart_rate"] = profile.MaximumHeartRate,
            // What is not kept here, and what programs read all the same.
            ["email"] = null,
            ["profile_image"] = null,
            ["age_restricted"] = false,
            ["email_permission"] = false,
            ["logbook_privacy"] = LogbookWords.Of(Privacy.Private),
        };
    }
}

/// <summary>Shows the caller as a user of that API.</summary>
internal static class ReadUser
{
    public static void Map(RouteGroupBuilder user) =>
        user.MapGet("", Handle)
            .RequirePermission(RowingPermission.Read)
            .Produces<object>(StatusCodes.Status200OK, "application/json", LogbookReply.MediaType)
            .WithSummary("Read the user")
            .WithDescription("The profile of `GET /api/v1/rower`, as the Logbook shows it.")
            .Fails(StatusCodes.Status404NotFound);

    private static IResult Handle(LogbookCaller rower, Caller caller) =>
        LogbookReply.Ok(new JsonObject { ["data"] = LogbookUser.Write(rower.Row, caller.Username) });
}
