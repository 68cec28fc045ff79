using System.Text;
using Sillage.Search;

namespace Sillage.Posts.Content;

/// <summary>The name of a tag.</summary>
/// <param name="Key">What it is known by: folded, words joined by hyphens. In addresses.</param>
/// <param name="Name">As it was written first.</param>
internal sealed record TagName(string Key, string Name)
{
    public const string Rule = "1 to 50 characters, with a letter or a digit among them.";

    private const int Longest = 50;

    /// <summary>Reads a name; null if it is none.</summary>
    public static TagName? Parse(string? text)
    {
        if (text is null || text.Length > Longest || text.Any(char.IsControl))
        {
            return null;
        }

        var name = text.Trim().TrimStart('#').Trim();
        var key = Slugs.Join(name, Longest);
        return key.Length == 0 ? null : new TagName(key, name);
    }
}

/// <summary>Makes names for addresses.</summary>
internal static class Slugs
{
    private const int Longest = 80;

    /// <summary>The folded words of a text, joined by hyphens, as many as fit.</summary>
    public static string Join(string text, int longest)
    {
        var joined = new StringBuilder();
        foreach (var word in Words.Of(text))
        {
            if (joined.Length + word.Folded.Length + 1 > longest + 1)
            {
                break;
            }

            joined.Append(joined.Length == 0 ? "" : "-").Append(word.Folded);
        }

        return joined.ToString();
    }

    /// <summary>What a post of this title is called in addresses, if nobody else is. It is no id.</summary>
    public static string OfTitle(string title)
    {
        var slug = Join(title, Longest);
        return slug.Length == 0 ? "post"
            : Guid.TryParse(slug, out _) ? "post-" + slug
            : slug;
    }

    /// <summary>The same with an end that is the post's own.</summary>
    public static string With(string slug, Guid id) => $"{slug}-{id.ToString("N")[^8..]}";
}
