using Sillage.Accounts.Contracts;
using Sillage.Posts.Contracts;
using Sillage.Storage;

namespace Sillage.Posts.Content;

/// <summary>People named as <c>@name</c>.</summary>
internal static class Mentions
{
    private const int Most = 20;

    private const string Follows = "SELECT COUNT(*) FROM author_follow WHERE follower = @Account AND author = @Author";

    /// <summary>The names, the first twenty. A dot or a hyphen at the end belongs to the sentence.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var at = text.IndexOf('@', StringComparison.Ordinal); at >= 0 && names.Count < Most; )
        {
            var end = at + 1;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '_' or '-'))
            {
                end++;
            }

            var name = text[(at + 1)..end].TrimEnd('.', '-');
            // In an address of e-mail what stands before belongs to it.
            if (Usernames.IsValid(name) && (at == 0 || !char.IsLetterOrDigit(text[at - 1])))
            {
                names.Add(name);
            }

            at = text.IndexOf('@', end);
        }

        return [.. names];
    }

    /// <summary>Tells of those who may read where they are named.</summary>
    public static async Task TellAsync(
        IUnitOfWork unit,
        PostRow post,
        Guid author,
        Guid? comment,
        IReadOnlyList<Guid> people,
        CancellationToken ct
    )
    {
        foreach (var person in people.Where(person => person != author))
        {
            if (await MayReadAsync(unit, post, person, ct))
            {
                await unit.PublishAsync(new PersonMentioned(person, author, post.Id, comment), ct);
                await Notices.OfMentionAsync(unit, post, comment, author, person, ct);
            }
        }
    }

    /// <summary>Whether somebody else's post is to be read by a person who may read posts.</summary>
    public static async Task<bool> MayReadAsync(IUnitOfWork unit, PostRow post, Guid person, CancellationToken ct) =>
        post.IsCounted
        && (
            post.Visibility != PostRow.Followers
            || post.Author == person
            || await unit.ScalarAsync<long>(Follows, new { Account = person, post.Author }, ct) > 0
        );
}
