using System.Text.Json;
using Sillage.Api.Replies;

namespace Sillage.Posts.Content;

/// <summary>Who may read a post.</summary>
public enum Visibility
{
    /// <summary>Everybody; without an account too, where the setting <c>Posts:OpenToAll</c> says so.</summary>
    Public,

    /// <summary>Whoever has an account.</summary>
    Members,

    /// <summary>Those who follow the author.</summary>
    Followers,

    /// <summary>The author.</summary>
    Private,
}

/// <summary>How far a post has come.</summary>
public enum PostState
{
    /// <summary>Being written.</summary>
    Draft,

    /// <summary>To be published at a time to come.</summary>
    Scheduled,

    /// <summary>Published.</summary>
    Published,
}

/// <summary>Who wrote something.</summary>
/// <param name="Id">The account.</param>
/// <param name="Username">Its user name; absent if accounts cannot be asked and never could.</param>
/// <param name="DisplayName">The name to show; absent if none was chosen.</param>
public sealed record PostAuthor(Guid Id, string? Username, string? DisplayName);

/// <summary>A post.</summary>
/// <param name="Id">Its id, for good.</param>
/// <param name="Author">Who wrote it; absent once the person was erased.</param>
/// <param name="Slug">Its name in addresses. Every slug that it had before leads to it too.</param>
/// <param name="Title">Its title.</param>
/// <param name="Body">What it says, in Markdown.</param>
/// <param name="Html">The same as HTML that is safe to put into a page.</param>
/// <param name="Tags">Its tags, by their names.</param>
/// <param name="Visibility">Who may read it.</param>
/// <param name="State">How far it has come.</param>
/// <param name="PublishAt">When it will be published; absent unless that is to come.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="CreatedAt">When it was begun.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="Revision">Which form of the text this is, from 1 up.</param>
/// <param name="DeletedAt">When it was deleted; absent if it was not.</param>
/// <param name="Hidden">Whether a moderator has hidden it: its author and moderators only see it.</param>
/// <param name="Locked">Whether a moderator has locked it: it takes neither comments nor changes.</param>
/// <param name="CommentsClosed">Whether the author takes no comments.</param>
/// <param name="CommentsUntil">Until when comments are taken; absent for ever.</param>
/// <param name="Links">What one can do next.</param>
public sealed record Post(
    Guid Id,
    PostAuthor? Author,
    string Slug,
    string Title,
    string Body,
    string Html,
    IReadOnlyList<string> Tags,
    Visibility Visibility,
    PostState State,
    DateTimeOffset? PublishAt,
    DateTimeOffset? PublishedAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Revision,
    DateTimeOffset? DeletedAt,
    bool Hidden,
    bool Locked,
    bool CommentsClosed,
    DateTimeOffset? CommentsUntil,
    Links Links
)
{
    internal static Post Example { get; } =
        Of(
            new PostRow(
                1,
                Guid.Parse("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"),
                Guid.Parse("01932f6e-5c00-7000-8000-000000000001"),
                "a-quiet-morning",
                "A quiet morning",
                "Four of us on the *lake*.",
                "<p>Four of us on the <em>lake</em>.</p>",
                PostRow.Public,
                PostRow.Published,
                null,
                DateTimeOffset.UnixEpoch,
                DateTimeOffset.UnixEpoch,
                DateTimeOffset.UnixEpoch,
                1,
                null,
                false,
                false,
                false,
                null,
                true,
                0,
                0
            ),
            ["rowing"],
            new PostAuthor(Guid.Parse("01932f6e-5c00-7000-8000-000000000001"), "player-1", "Player One"),
            PostRights.Read | PostRights.Comment
        );

    internal static string AddressOf(Guid id) => $"/api/v1/posts/{id}";

    internal static Post Of(PostRow row, IReadOnlyList<string> tags, PostAuthor? author, PostRights rights) =>
        new(
            row.Id,
            author,
            row.Slug,
            row.Title,
            row.Body,
            row.Html,
            tags,
            Named.Read<Visibility>(row.Visibility),
            Named.Read<PostState>(row.State),
            row.PublishAt,
            row.PublishedAt,
            row.CreatedAt,
            row.UpdatedAt,
            row.Revision,
            row.DeletedAt,
            row.Hidden,
            row.Locked,
            row.CommentsClosed,
            row.CommentsUntil,
            LinksOf(row, rights)
        );

    private static Links LinksOf(PostRow row, PostRights rights)
    {
        var self = AddressOf(row.Id);
        var links = new Links(self);
        if (row.Author is { } author)
        {
            links["author"] = $"/api/v1/users/{author}";
        }

        if (row.DeletedAt is not null)
        {
            links["restore"] = self + "/restore";
            return links;
        }

        if (row.IsPublished)
        {
            links["comments"] = self + "/comments";
            links["reactions"] = self + "/reactions";
            links["bookmark"] = self + "/bookmark";
            links["reports"] = self + "/reports";
        }

        if (rights.HasFlag(PostRights.History))
        {
            links["revisions"] = self + "/revisions";
        }

        if (rights.HasFlag(PostRights.Moderate))
        {
            links["hiding"] = self + "/hiding";
            links["lock"] = self + "/lock";
        }

        return links;
    }
}

/// <summary>The words of enumerations as they are stored and written.</summary>
internal static class Named
{
    public static T Read<T>(string word)
        where T : struct, Enum => Enum.Parse<T>(word, ignoreCase: true);

    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
