using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Sillage.Posts.Comments;
using Sillage.Posts.Content;

namespace Sillage.Posts.Course;

/// <summary>A post to write in the course's form. What else it holds is not looked at.</summary>
/// <param name="Title">Its title, one line of 1 to 200 characters.</param>
/// <param name="Content">What it says in Markdown, 1 to 50 000 characters.</param>
/// <param name="Tags">At most ten tags, each of 1 to 50 characters.</param>
/// <param name="AuthorId">In whose name: the caller's own, which is the default, or, of a service, any account's.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record CourseNewPost(
    [property: Required, StringLength(200, MinimumLength = 1)] string Title,
    [property: Required, StringLength(50_000, MinimumLength = 1)] string Content,
    IReadOnlyList<string>? Tags = null,
    Guid? AuthorId = null
);

/// <summary>What is to change of a post; what is absent stays.</summary>
/// <param name="Title">Its title, one line of 1 to 200 characters.</param>
/// <param name="Content">What it says in Markdown, 1 to 50 000 characters.</param>
/// <param name="Tags">All its tags.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record CoursePostChange(
    [property: StringLength(200, MinimumLength = 1)] string? Title = null,
    [property: StringLength(50_000, MinimumLength = 1)] string? Content = null,
    IReadOnlyList<string>? Tags = null
);

/// <summary>Who wrote something.</summary>
/// <param name="Id">The account.</param>
/// <param name="Username">Its user name; absent if accounts cannot be asked and never could.</param>
/// <param name="Name">The name to show; absent if there is none.</param>
public sealed record CourseAuthor(Guid Id, string? Username, string? Name)
{
    internal static CourseAuthor? Of(PostAuthor? author) =>
        author is null ? null : new CourseAuthor(author.Id, author.Username, author.DisplayName);
}

/// <summary>A post in the course's form.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">Its title.</param>
/// <param name="Content">What it says, in Markdown.</param>
/// <param name="Tags">Its tags, by their names.</param>
/// <param name="AuthorId">Who wrote it; absent once the person was erased.</param>
/// <param name="Author">The same with the names.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
public sealed record CoursePost(
    Guid Id,
    string Title,
    string Content,
    IReadOnlyList<string> Tags,
    Guid? AuthorId,
    CourseAuthor? Author,
    DateTimeOffset? PublishedAt,
    DateTimeOffset UpdatedAt
)
{
    internal static CoursePost Example { get; } = Of(Post.Example);

    internal static CoursePost Of(Post post) =>
        new(
            post.Id,
            post.Title,
            post.Body,
            post.Tags,
            post.Author?.Id,
            CourseAuthor.Of(post.Author),
            post.PublishedAt,
            post.UpdatedAt
        );

    internal static CoursePost Of(PostSummary post) =>
        new(
            post.Id,
            post.Title,
            post.Body,
            post.Tags,
            post.Author?.Id,
            CourseAuthor.Of(post.Author),
            post.PublishedAt,
            post.UpdatedAt
        );
}

/// <summary>A comment to write in the course's form. What else it holds is not looked at.</summary>
/// <param name="Content">What it says in Markdown, 1 to 10 000 characters.</param>
/// <param name="ParentId">The comment that it answers; absent if it answers the post.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record CourseNewComment(
    [property: Required, StringLength(10_000, MinimumLength = 1)] string Content,
    Guid? ParentId = null
);

/// <summary>A comment in the course's form.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">What it says, in Markdown; absent once it was deleted or hidden.</param>
/// <param name="ParentId">The comment that it answers; absent if it answers the post.</param>
/// <param name="AuthorId">Who wrote it; absent once it was deleted or the person erased.</param>
/// <param name="Author">The same with the names.</param>
/// <param name="CreatedAt">When it was written.</param>
public sealed record CourseComment(
    Guid Id,
    string? Content,
    Guid? ParentId,
    Guid? AuthorId,
    CourseAuthor? Author,
    DateTimeOffset CreatedAt
)
{
    internal static CourseComment Example { get; } = Of(Comment.Example);

    internal static CourseComment Of(Comment comment) =>
        new(
            comment.Id,
            comment.Body,
            comment.Parent,
            comment.Author?.Id,
            CourseAuthor.Of(comment.Author),
            comment.CreatedAt
        );
}

/// <summary>A tag in the course's form.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Count">How many posts have it that all members can read.</param>
public sealed record CourseTag(string Name, long Count);
