using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Writing;

/// <summary>What a post said before.</summary>
/// <param name="Revision">Which form of the text, from 1 up.</param>
/// <param name="Title">Its title then.</param>
/// <param name="Body">What it said then, in Markdown.</param>
/// <param name="WrittenAt">When that was written.</param>
public sealed record PostRevision(long Revision, string Title, string Body, DateTimeOffset WrittenAt)
{
    internal static PostRevision Example { get; } = new(1, "A morning", "Four of us.", DateTimeOffset.UnixEpoch);
}

/// <summary>Shows what a post said before.</summary>
internal static class ListRevisions
{
    private const string Select = """
        SELECT revision, title, body, written_at FROM post_revision WHERE post = @Key AND revision < @Before
        ORDER BY revision DESC LIMIT @Limit
        """;

    private sealed record Keys(long Revision);

    public static void Map(RouteGroupBuilder post) =>
        post.MapGet("/revisions", Handle)
            .RequirePermission(PostsPermission.Read)
            .RequireRight(PostRights.History)
            .WithSummary("List what a post said before")
            .WithDescription("The newest first, without the form that it has now. For its author and for moderators.")
            .WithReplyExample(new Page<PostRevision>([PostRevision.Example], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<PostRevision>> Handle(
        FoundPost post,
        PageRequest page,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            post.Row.Key,
            Before = page.After<Keys>()?.Revision ?? long.MaxValue,
            Limit = page.Limit + 1L,
        };
        var (rows, isCut) = await database.ReadAsync(
            r =>
                r.QueryWithinAsync<PostRevision>(
                    Select,
                    parameters,
                    PageRequest.MaximumBytes,
                    row => row.Body.Length,
                    ct
                ),
            ct
        );
        return PageReply<PostRevision>.Of(rows, page, row => new Keys(row.Revision), isCut);
    }
}
