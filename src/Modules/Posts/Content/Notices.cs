using Microsoft.Extensions.DependencyInjection;
using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Posts.Content;

/// <summary>What people are notified of: asked for in the unit that makes it true, sent where the notifications module is.</summary>
internal static class Notices
{
    private const string Comment = "posts.comment";
    private const string Mention = "posts.mention";
    private const string Follow = "posts.follow";

    /// <summary>Declares the kinds.</summary>
    public static IServiceCollection AddNotices(this IServiceCollection services) =>
        services
            .AddNotificationKind(
                new NotificationKind(
                    Comment,
                    new NotificationTexts(
                        "A comment on my post, or an answer to my comment",
                        "{{ author }} commented on “{{ title }}”",
                        "{{ author }} commented on “{{ title }}”.",
                        "Read it"
                    ),
                    new NotificationTexts(
                        "Un commentaire sur ma publication, ou une réponse à mon commentaire",
                        "{{ author }} a commenté « {{ title }} »",
                        "{{ author }} a commenté « {{ title }} ».",
                        "Lire"
                    )
                )
                {
                    Example = new Dictionary<string, string>
                    {
                        ["title"] = "A quiet morning",
                        ["author"] = "Player One",
                        ["url"] = "/posts/a-quiet-morning",
                    },
                }
            )
            .AddNotificationKind(
                new NotificationKind(
                    Mention,
                    new NotificationTexts(
                        "Somebody named me",
                        "{{ author }} named you in “{{ title }}”",
                        "{{ author }} named you in “{{ title }}”.",
                        "Read it"
                    ),
                    new NotificationTexts(
                        "Quelqu’un m’a mentionné",
                        "{{ author }} vous a mentionné dans « {{ title }} »",
                        "{{ author }} vous a mentionné dans « {{ title }} ».",
                        "Lire"
                    )
                )
                {
                    Example = new Dictionary<string, string>
                    {
                        ["title"] = "A quiet morning",
                        ["author"] = "Player One",
                        ["url"] = "/posts/a-quiet-morning",
                    },
                }
            )
            .AddNotificationKind(
                new NotificationKind(
                    Follow,
                    new NotificationTexts(
                        "Somebody follows me",
                        "{{ author }} follows you",
                        "{{ author }} follows what you publish.",
                        "See what they publish"
                    ),
                    new NotificationTexts(
                        "Quelqu’un me suit",
                        "{{ author }} vous suit",
                        "{{ author }} suit ce que vous publiez.",
                        "Voir ses publications"
                    )
                )
                {
                    Example = new Dictionary<string, string> { ["author"] = "Player One", ["url"] = "/posts" },
                }
            );

    /// <summary>
    /// Tells the post's author and who is answered of a comment; nobody of his own, and nobody who may not read the post any more: the notice has
    /// its title.
    /// </summary>
    public static async Task OfCommentAsync(
        IUnitOfWork unit,
        PostRow post,
        Guid comment,
        Guid author,
        Guid? answered,
        CancellationToken ct
    )
    {
        foreach (var recipient in new[] { post.Author, answered }.OfType<Guid>().Distinct().Where(r => r != author))
        {
            if (recipient == post.Author || await Mentions.MayReadAsync(unit, post, recipient, ct))
            {
                await unit.PublishAsync(Wanted(Comment, recipient, post, comment, author), ct);
            }
        }
    }

    /// <summary>A comment that is deleted or hidden is nothing to be told of any more.</summary>
    public static async Task CommentSettledAsync(
        IUnitOfWork unit,
        PostRow post,
        Guid comment,
        Guid? author,
        Guid? answered,
        CancellationToken ct
    )
    {
        foreach (var recipient in new[] { post.Author, answered }.OfType<Guid>().Distinct().Where(r => r != author))
        {
            await unit.PublishAsync(new NotificationSettled(Comment, recipient, comment.ToString()), ct);
        }
    }

    /// <summary>Tells somebody that he was named in a post, or in a comment on it.</summary>
    public static Task OfMentionAsync(
        IUnitOfWork unit,
        PostRow post,
        Guid? comment,
        Guid author,
        Guid recipient,
        CancellationToken ct
    ) => unit.PublishAsync(Wanted(Mention, recipient, post, comment, author), ct);

    /// <summary>Tells an author of a follower: once, however often he comes and goes.</summary>
    public static Task OfFollowAsync(IUnitOfWork unit, Guid author, Guid follower, CancellationToken ct) =>
        unit.PublishAsync(
            new NotificationWanted(
                Follow,
                author,
                follower.ToString(),
                new Dictionary<string, string> { ["url"] = $"/posts?author={follower}" }
            )
            {
                People = new Dictionary<string, Guid> { ["author"] = follower },
            },
            ct
        );

    // By ids: a slug says what the post is called, to whoever sees the address.
    private static NotificationWanted Wanted(string kind, Guid recipient, PostRow post, Guid? comment, Guid author) =>
        new(
            kind,
            recipient,
            (comment ?? post.Id).ToString(),
            new Dictionary<string, string>
            {
                ["title"] = post.Title,
                ["url"] = comment is null ? $"/posts/{post.Id}" : $"/posts/{post.Id}?comment={comment}",
            }
        )
        {
            // Whose post it is is told to nobody; the title goes with them.
            People = post.Author is { } owner
                ? new Dictionary<string, Guid> { ["author"] = author, ["owner"] = owner }
                : new Dictionary<string, Guid> { ["author"] = author },
        };
}
