using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Posts.Tags;

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
            .WithDescription("Those that a post has which all members can read; the most used first.")
            .WithQuery("order", "`used` (the most used first) or `name`. Default: used.", "used")
            .WithReplyExample(new Page<Tag>([Tag.Example], null));

    internal static async Task<Results<PageReply<Tag>, Problem>> Handle(
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
}
