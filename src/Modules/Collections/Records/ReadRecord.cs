using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>Shows a record.</summary>
internal static class ReadRecord
{
    public static void Map(RouteGroupBuilder record) =>
        record
            .MapGet("/", Handle)
            .AllowAnonymous()
            .WithSummary("Read a record")
            .WithQuery("fields", "The members to show, separated by commas. Default all.", "title,price")
            .WithQuery("expand", "Relations to follow, as paths of up to three, separated by commas. Default none.")
            .WithReplyExample(RecordView.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<Reply<RecordView>, Problem>> Handle(
        HttpContext http,
        Guid record,
        FoundCollection found,
        IDatabase<CollectionsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var query = RecordQuery.Read(http.Request, found.Known, found.Viewer);
        var views = await database.ReadAsync(
            async reader =>
            {
                var access = new Access(found.Known, found.Viewer, clock.GetUtcNow());
                var row = await RecordRow.FindAsync(reader, found.Plan.Key, record, ct);
                return
                    row is { DeletedAt: null }
                    && await access.AllowsAsync(reader, Deed.Read, row, row.Read(found.Plan), ct)
                    ? await Expansion.ShowAsync(reader, access, [row], query, ct)
                    : [];
            },
            ct
        );
        return views.Count == 0 ? Problem.NotFound() : Reply.Ok(views[0]);
    }
}
