using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Comments;

/// <summary>Lists the comments on a post in the order of the tree: each is followed by its answers.</summary>
internal static class ListComments
{
    private const string Select = $"""
        SELECT {CommentRow.Columns} FROM comment WHERE post = @Post AND path > @Path ORDER BY path LIMIT @Limit
        """;

    private sealed record Keys(string Path);

    public static RouteHandlerBuilder Map(RouteGroupBuilder comments) =>
        comments
            .MapGet("/", Handle)
            .WithSummary("List the comments on a post")
            .WithDescription(
                "In the order of the tree, the oldest first, each followed by its answers; `depth` says how far in it stands. One that was deleted or hidden keeps its place."
            )
            .WithReplyExample(new Page<Comment>([Comment.Example], null))
            .Fails(StatusCodes.Status404NotFound);

    internal static async Task<PageReply<Comment>> Handle(
        FoundPost post,
        PageRequest page,
        Caller? caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Post = post.Row.Key,
            Path = page.After<Keys>()?.Path ?? "",
            Limit = page.Limit + 1L,
        };
        var (rows, isCut) = await database.ReadAsync(
            r =>
                r.QueryWithinAsync<CommentRow>(
                    Select,
                    parameters,
                    PageRequest.MaximumBytes,
                    row => row.Body.Length + row.Html.Length,
                    ct
                ),
            ct
        );
        var authors = await names.OfAsync(rows.Select(row => row.Author), ct);
        var paths = rows.ToDictionary(row => row.Id, row => row.Path);
        return PageReply<Comment>.Of(
            [.. rows.Select(row => Comment.Of(row, row.Author is { } a ? authors[a] : null, post.Row.Id, caller))],
            page,
            comment => new Keys(paths[comment.Id]),
            isCut
        );
    }
}
