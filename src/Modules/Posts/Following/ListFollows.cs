using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Following;

/// <summary>Lists whom and what the caller follows.</summary>
internal static class ListFollows
{
    private const string Authors = """
        SELECT author FROM author_follow WHERE follower = @Me AND author > @After ORDER BY author LIMIT @Limit
        """;

    private const string Tags = """
        SELECT t.key, t.name FROM tag_follow f JOIN tag t ON t.key = f.tag WHERE f.follower = @Me AND f.tag > @After
        ORDER BY f.tag LIMIT @Limit
        """;

    private sealed record AuthorKeys(Guid Id);

    private sealed record TagKeys(string Key);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var follows = routes.MapGroup("/api/v1/follows").WithTags("Following").RequirePermission(PostsPermission.Read);
        follows
            .MapGet("/authors", Handle)
            .WithSummary("List the authors that I follow")
            .WithReplyExample(new Page<PostAuthor>([Post.Example.Author!], null));
        follows
            .MapGet("/tags", ListTags)
            .WithSummary("List the tags that I follow")
            .WithReplyExample(new Page<FollowedTag>([new FollowedTag("rowing", "rowing")], null));
    }

    private static async Task<PageReply<PostAuthor>> Handle(
        PageRequest page,
        Caller caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Me = caller.Id,
            After = page.After<AuthorKeys>()?.Id ?? Guid.Empty,
            Limit = page.Limit + 1L,
        };
        var ids = await database.ReadAsync(r => r.QueryAsync<Guid>(Authors, parameters, ct), ct);
        var authors = await names.OfAsync(ids.Select(id => (Guid?)id), ct);
        return PageReply<PostAuthor>.Of([.. ids.Select(id => authors[id])], page, author => new AuthorKeys(author.Id));
    }

    private static async Task<PageReply<FollowedTag>> ListTags(
        PageRequest page,
        Caller caller,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var parameters = new
        {
            Me = caller.Id,
            After = page.After<TagKeys>()?.Key ?? "",
            Limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(r => r.QueryAsync<FollowedTag>(Tags, parameters, ct), ct);
        return PageReply<FollowedTag>.Of(rows, page, tag => new TagKeys(tag.Key));
    }
}

/// <summary>A tag that is followed.</summary>
/// <param name="Key">What it is known by in addresses.</param>
/// <param name="Name">Its name.</param>
public sealed record FollowedTag(string Key, string Name);
