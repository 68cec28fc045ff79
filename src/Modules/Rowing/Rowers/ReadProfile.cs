using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Rowing.Rowers;

/// <summary>Shows the caller's profile as a rower.</summary>
internal static class ReadProfile
{
    public static void Map(RouteGroupBuilder rower) =>
        rower
            .MapGet("/", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("Read one's profile as a rower")
            .WithReplyExample(Profile.Example);

    private static async Task<Reply<Profile>> Handle(
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var row = await database.ReadAsync(reader => RowerRow.FindAsync(reader, caller.Id, ct), ct);
        return Reply.Ok(row?.ReadProfile() ?? new Profile());
    }
}
