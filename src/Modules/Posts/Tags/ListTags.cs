using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Tags;

/// <summary>A tag.</summary>
/// <param name="Key">What it is known by in addresses: without case, accents and width, words joined by hyphens.</param>
/// <param name="Name">Its name, as it was written first or a moderator has put it.</param>
/// <param name="Posts">How many posts have it that others than their authors can read.</param>
/// <param name="Links">Where its posts are, and where to follow it.</param>
public sealed record Tag(string Key, string Name, long Posts, Links Links)
{
    internal static Tag Example { get; } = Of(new TagRow("rowing", "rowing", 12));

    internal static Tag Of(TagRow row) =>
        new(
            row.Key,
            row.Name,
            row.Posts,
            new Links($"/api/v1/tags/{Uri.EscapeDataString(row.Key)}")
            {
                ["posts"] = $"/api/v1/posts?tag={Uri.EscapeDataString(row.Key)}",
                ["follow"] = $"/api/v1/tags/{Uri.EscapeDataString(row.Key)}/follow",
            }
        );
}

/// <summary>A tag as it is stored.</summary>
internal sealed record TagRow(string Key, string Name, long Posts)
{
    private const string Select = """
        SELECT t.key, t.name, t.posts FROM tag t WHERE t.key = (SELECT COALESCE(merged, key) FROM tag WHERE key = @Key)
        """;

    /// <summary>The tag of this name; of one that was merged, what it was merged into.</summary>
    public static Task<TagRow?> FindAsync(IReader reader, string name, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<TagRow>(Select, new { Key = TagName.Parse(name)?.Key ?? "" }, ct);
}

/// <summary>Lists tags by how many posts have them, or by name.</summary>
internal static class ListTags
{
    private const string MostUsed = """
        SELECT key, name, posts FROM tag WHERE merged IS NULL AND posts > 0 AND (@NoCursor OR posts < @Posts OR (posts = @Posts AND key > @Key))
        ORDER BY posts DESC, key LIMIT @Limit
        """;

    private const string ByName = """
        SELECT key, name, posts FROM tag WHERE merged IS NULL AND posts > 0 AND key > @Key ORDER BY key LIMIT @Limit
        """;

    private sealed record Keys(long Posts, string Key);

    public static RouteHandlerBuilder Map(RouteGroupBuilder tags) =>
        tags.MapGet("/", Handle)
            .WithSummary("List tags")
            .WithDescription("Those that a post has which others than its author can read; the most used first.")
            .WithQuery("order", "`used` (the most used first) or `name`. Default: used.", "used")
            .WithReplyExample(new Page<Tag>([Tag.Example], null));

    public static RouteHandlerBuilder MapOne(RouteGroupBuilder tags) =>
        tags.MapGet("/{tag}", Read)
            .WithSummary("Read a tag")
            .WithDescription("By any form of its name. One that was merged leads to what it was merged into.")
            .WithReplyExample(Tag.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<PageReply<Tag>, Problem>> Handle(
        PageRequest page,
        IDatabase<PostsData> database,
        CancellationToken ct,
        string order = "used"
    )
    {
        if (order is not ("used" or "name"))
        {
            return Problem.BadRequest("The query is not valid.", new FieldError("?order", "'used' or 'name'."));
        }

        var after = page.After<Keys>();
        var parameters = new
        {
            NoCursor = after is null,
            Posts = after?.Posts ?? 0,
            Key = after?.Key ?? "",
            Limit = page.Limit + 1L,
        };
        var sql = order == "used" ? MostUsed : ByName;
        var rows = await database.ReadAsync(r => r.QueryAsync<TagRow>(sql, parameters, ct), ct);
        return PageReply<Tag>.Of([.. rows.Select(Tag.Of)], page, tag => new Keys(tag.Posts, tag.Key));
    }

    private static async Task<Results<Reply<Tag>, Problem>> Read(string tag, IDatabase<PostsData> database, CancellationToken ct) =>
        await database.ReadAsync(r => TagRow.FindAsync(r, tag, ct), ct) is { } row
            ? Reply.Ok(Tag.Of(row))
            : Problem.NotFound("There is no such tag.");
}
