using Sillage.Api.Replies;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Tags;

/// <summary>A tag.</summary>
/// <param name="Key">What it is known by in addresses: without case, accents and width, words joined by hyphens.</param>
/// <param name="Name">Its name, as it was written first or a moderator has put it.</param>
/// <param name="Posts">How many posts have it that all members can read.</param>
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
