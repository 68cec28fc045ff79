using Sillage.Api.Access;

namespace Sillage.Posts;

/// <summary>What the module asks of callers; what they may do with one post is said by that post's rights.</summary>
internal static class PostsPermission
{
    /// <summary>Read posts and comments, follow, react, keep bookmarks, report.</summary>
    public static Permission Read { get; } = new("posts.read", Role.Researcher, Role.Member);

    /// <summary>Write posts and comments, and change one's own.</summary>
    public static Permission Write { get; } = new("posts.write", Role.Researcher, Role.Member);

    /// <summary>See reports, hide, restore and lock what others wrote, keep tags in order, ban from posting.</summary>
    public static Permission Moderate { get; } = new("posts.moderate");

    /// <summary>Write posts in the name of any account: for services, which bring an API key with it.</summary>
    public static Permission WriteForOthers { get; } = new("posts.write-for-others");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Permission> All { get; } = [Read, Write, Moderate, WriteForOthers];
}
