using Sillage.Api.Replies;
using Sillage.Search;
using Sillage.Storage;

namespace Sillage.Posts.Content;

/// <summary>A post as lists show it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Author">Who wrote it; absent once the person was erased.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Title">Its title.</param>
/// <param name="Excerpt">A piece of what it says, as HTML: around the words that were searched for, which stand in <c>mark</c>, or its beginning.</param>
/// <param name="TitleHtml">The title as HTML with the words that were searched for in <c>mark</c>; absent without a search.</param>
/// <param name="Tags">Its tags, by their names.</param>
/// <param name="Visibility">Who may read it.</param>
/// <param name="State">How far it has come.</param>
/// <param name="PublishedAt">When it was published; absent if it was not yet.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="CommentCount">How many comments it has.</param>
/// <param name="Links">Where to read it.</param>
public sealed record PostSummary(
    Guid Id,
    PostAuthor? Author,
    string Slug,
    string Title,
    string Excerpt,
    string? TitleHtml,
    IReadOnlyList<string> Tags,
    Visibility Visibility,
    PostState State,
    DateTimeOffset? PublishedAt,
    DateTimeOffset UpdatedAt,
    long CommentCount,
    Links Links
)
{
    /// <summary>The whole text, for forms of a list that show it.</summary>
    internal string Body { get; init; } = "";

    internal static PostSummary Example { get; } =
        new(
            Post.Example.Id,
            Post.Example.Author,
            Post.Example.Slug,
            Post.Example.Title,
            "Four of us on the *<mark>lake</mark>*.",
            "A quiet morning",
            Post.Example.Tags,
            Visibility.Public,
            PostState.Published,
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch,
            2,
            new Links(Post.AddressOf(Post.Example.Id)) { ["comments"] = Post.AddressOf(Post.Example.Id) + "/comments" }
        );

    /// <summary>The posts as lists show them, with their tags and the names of their authors.</summary>
    internal static async Task<IReadOnlyList<PostSummary>> OfAsync(
        IReadOnlyList<PostRow> rows,
        SearchQuery? query,
        SearchLanguage language,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    )
    {
        var tags = await database.ReadAsync(r => PostTags.OfAsync(r, rows.Select(row => row.Key), ct), ct);
        var authors = await names.OfAsync(rows.Select(row => row.Author), ct);
        return
        [
            .. rows.Select(row => new PostSummary(
                row.Id,
                row.Author is { } author ? authors[author] : null,
                row.Slug,
                row.Title,
                Highlights.Excerpt(row.Body, query, language),
                query is null ? null : Highlights.Whole(row.Title, query, language),
                [.. tags[row.Key]],
                Named.Read<Visibility>(row.Visibility),
                Named.Read<PostState>(row.State),
                row.PublishedAt,
                row.UpdatedAt,
                row.CommentCount,
                new Links(Post.AddressOf(row.Id)) { ["comments"] = Post.AddressOf(row.Id) + "/comments" }
            )
            {
                Body = row.Body,
            }),
        ];
    }
}
