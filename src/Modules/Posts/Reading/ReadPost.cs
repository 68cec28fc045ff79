using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Reading;

/// <summary>Shows a post.</summary>
internal static class ReadPost
{
    /// <summary>Maps it; where it is open to all there is no gate before it, and the handler's parameter finds the post.</summary>
    public static RouteHandlerBuilder Map(RouteGroupBuilder post) =>
        post.MapGet("/", Handle)
            .WithSummary("Read a post")
            .WithDescription("By its id or any slug that it ever had. Posts that are not for the caller give 404.")
            .WithReplyExample(Post.Example)
            .Fails(StatusCodes.Status404NotFound);

    internal static async Task<Reply<Post>> Handle(
        FoundPost post,
        Caller? caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var tags = await database.ReadAsync(r => PostTags.OfAsync(r, post.Row.Key, ct), ct);
        var author = await names.OfAsync(post.Row.Author, ct);
        var rights = caller is null ? post.RightsOfAnybody : post.RightsOf(caller);
        return Reply.Ok(Post.Of(post.Row, tags, author, rights));
    }
}
