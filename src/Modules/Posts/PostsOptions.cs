using System.ComponentModel.DataAnnotations;
using Sillage.Search;

namespace Sillage.Posts;

/// <summary>Settings of the posts module, section <c>Posts</c>.</summary>
public sealed class PostsOptions
{
    /// <summary>Whether public posts, their comments and the tags are read without an account too. Default: no.</summary>
    public bool OpenToAll { get; set; }

    /// <summary>For how long what was deleted can be taken back, 1 to 365 days. Default: 30.</summary>
    [Range(1, 365)]
    public int KeepDeletedDays { get; set; } = 30;

    /// <summary>
    /// The language whose endings the search ignores: <c>none</c>, <c>english</c> or <c>french</c>. After a change, <c>sillage posts reindex</c>.
    /// Default: none.
    /// </summary>
    public SearchLanguage SearchLanguage { get; set; }

    /// <summary>How many posts and comments one person may write or change at once. 1 to 100 000, default 60.</summary>
    [Range(1, 100_000)]
    public int WriteBurst { get; set; } = 60;

    /// <summary>How many more each minute. 0.1 to 100 000, default 30.</summary>
    [Range(0.1, 100_000)]
    public double WritesPerMinute { get; set; } = 30;
}
