namespace Sillage.Posts.Content;

/// <summary>What a caller may do with one post.</summary>
[Flags]
internal enum PostRights
{
    None = 0,

    /// <summary>Read it, its comments and its reactions; react, keep and report it.</summary>
    Read = 1,

    /// <summary>Change and delete it: its author's.</summary>
    Change = 2,

    /// <summary>Comment on it.</summary>
    Comment = 4,

    /// <summary>Hide, restore and lock it, and read what it said before.</summary>
    Moderate = 8,

    /// <summary>Read what it said before: its author's.</summary>
    History = 16,
}
