using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Posts.Tags;

/// <summary>Shows a tag.</summary>
internal static class ReadTag
{
    public static RouteHandlerBuilder Map(RouteGroupBuilder tags) =>
        tags.MapGet("/{tag}", Handle)
            .WithSummary("Read a tag")
            .WithDescription("By any form of its name. One that was merged leads to what it was merged into.")
            .WithReplyExample(Tag.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<Reply<Tag>, Problem>> Handle(
        string tag,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) =>
        // One that only drafts have is none to others.
        await database.ReadAsync(r => TagRow.FindAsync(r, tag, ct), ct) is { Posts: > 0 } row
            ? Reply.Ok(Tag.Of(row))
            : Problem.NotFound("There is no such tag.");
}
