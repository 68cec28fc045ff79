namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>
/// A post, a comment, a room, a workout, a squad and a record of somebody's own: sweeps over all operations name them in addresses, so that nothing ends at a gate that lets nobody know of
/// what is not his.
/// </summary>
internal sealed record OwnThings(
    string Post,
    string Comment,
    string Room,
    string Workout,
    string Squad,
    string Collection,
    string Record
)
{
    private const string Nobody = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58";

    public static async Task<OwnThings> MakeAsync(ApiClient owner)
    {
        var post = await owner.PostAsync(
            "/api/v1/posts",
            new { title = "Swept over", body = "Nothing of importance." }
        );
        var id = post.GetProperty("id").GetString()!;
        var comment = await owner.PostAsync($"/api/v1/posts/{id}/comments", new { body = "Indeed." });
        var room = await owner.PostAsync("/api/v1/rooms", new { name = "Swept over" });
        var workout = await owner.PostAsync(
            "/api/v1/workouts",
            new { machine = "rower", start = "2026-11-20T06:30:00Z" }
        );
        var squad = await owner.PostAsync("/api/v1/squads", new { name = "Swept over" });
        var space = "swept" + Guid.CreateVersion7().ToString("N");
        await owner.PostAsync("/api/v1/collections", new { template = "items", space });
        var collection = space + ".items";
        var record = await owner.PostAsync(
            $"/api/v1/collections/{collection}/records",
            new { name = "Swept", price = 1 }
        );
        return new OwnThings(
            id,
            comment.GetProperty("id").GetString()!,
            room.GetProperty("id").GetString()!,
            workout.GetProperty("id").GetString()!,
            squad.GetProperty("id").GetString()!,
            collection,
            record.GetProperty("id").GetString()!
        );
    }

    /// <summary>The operation's address with what there is; other ids are nobody's.</summary>
    public string Fill(Operation operation, string study = SharedServer.Study) =>
        operation.Address(parameter =>
            parameter switch
            {
                "study" => study,
                "post" => Post,
                "comment" => Comment,
                "room" => Room,
                "workout" => Workout,
                "squad" => Squad,
                "collection" => Collection,
                "record" => Record,
                "space" => Collection.Split('.')[0],
                "user" => "me",
                "thread" => "1",
                _ => Nobody,
            }
        );
}
