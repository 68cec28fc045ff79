using System.ComponentModel.DataAnnotations;
using Sillage.Api.Problems;

namespace Sillage.Posts.Content;

/// <summary>What an author says of a post.</summary>
/// <param name="Title">Its title, one line of 1 to 200 characters.</param>
/// <param name="Body">What it says in Markdown, 1 to 50 000 characters.</param>
/// <param name="Tags">At most ten, each of 1 to 50 characters; case, accents and width make no difference.</param>
/// <param name="Visibility">Who may read it. Default: public.</param>
/// <param name="Draft">Whether it is still being written: then only its author sees it. A published post is no draft again; make it private.</param>
/// <param name="PublishAt">When to publish it, a time to come; absent for at once.</param>
/// <param name="CommentsClosed">Whether no comments are taken.</param>
/// <param name="CommentsUntil">Until when comments are taken; absent for ever.</param>
public sealed record PostText(
    [property: Required, StringLength(200, MinimumLength = 1)] string Title,
    [property: Required, StringLength(50_000, MinimumLength = 1)] string Body,
    IReadOnlyList<string>? Tags = null,
    Visibility Visibility = Visibility.Public,
    bool Draft = false,
    DateTimeOffset? PublishAt = null,
    bool CommentsClosed = false,
    DateTimeOffset? CommentsUntil = null
)
{
    /// <summary>The most tags of a post.</summary>
    internal const int MostTags = 10;

    internal static PostText Example { get; } =
        new(
            "A quiet morning",
            "Four of us on the *lake*.",
            ["rowing"],
            CommentsUntil: DateTimeOffset.UnixEpoch.AddYears(60)
        );

    /// <summary>What the annotations cannot say.</summary>
    internal IEnumerable<FieldError> Check()
    {
        if (Title.Any(char.IsControl) || string.IsNullOrWhiteSpace(Title))
        {
            yield return new FieldError("/title", "One line, without control characters, and not blank.");
        }

        if (string.IsNullOrWhiteSpace(Body))
        {
            yield return new FieldError("/body", "Not blank.");
        }

        if (Tags?.Count > MostTags)
        {
            yield return new FieldError("/tags", $"At most {MostTags}.");
        }

        for (var i = 0; i < Math.Min(Tags?.Count ?? 0, MostTags); i++)
        {
            if (TagName.Parse(Tags![i]) is null)
            {
                yield return new FieldError($"/tags/{i}", TagName.Rule);
            }
        }
    }

    /// <summary>The state that this asks for.</summary>
    internal string StateAt(DateTimeOffset now) =>
        Draft ? PostRow.Draft
        : PublishAt > now ? PostRow.Scheduled
        : PostRow.Published;
}
