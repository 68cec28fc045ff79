using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Rowing.Rowers;

/// <summary>Changes the caller's profile as a rower.</summary>
internal static class ChangeProfile
{
    public static void Map(RouteGroupBuilder rower) =>
        rower
            .MapPatch("/", Handle)
            .RequirePermission(RowingPermission.Write)
            .WithSummary("Change one's profile as a rower")
            .WithDescription("A JSON Merge Patch. Zones are worked out by it where a request does not say otherwise.")
            .WithRequestExample(new { maximumHeartRate = 190 })
            .WithReplyExample(Profile.Example)
            .Fails(StatusCodes.Status412PreconditionFailed);

    private static async Task<Reply<Profile>> Handle(
        MergePatch<Profile> patch,
        Precondition precondition,
        Caller caller,
        IDatabase<RowingData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var changed = await database.WriteAsync(
            async unit =>
            {
                var now = clock.GetUtcNow();
                var row = await RowerRow.ObtainAsync(unit, caller.Id, now, ct);
                precondition.Check(row.ReadProfile());
                var profile = patch.Apply(row.ReadProfile());
                await RowerRow.SaveAsync(unit, caller.Id, profile, now, ct);
                return profile;
            },
            ct
        );
        return Reply.Ok(changed);
    }
}
