using Sillage.Storage.Events;

namespace Sillage.Posts.Contracts;

/// <summary>A post can be read by others for the first time.</summary>
/// <param name="PostId">The post.</param>
/// <param name="AuthorId">Who wrote it.</param>
public sealed record PostPublished(Guid PostId, Guid AuthorId) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "posts.post-published";

    string IEvent.Key => PostId.ToString();
}

/// <summary>A post that others could read is not to be read any more: deleted, hidden by a moderator, or made private.</summary>
/// <param name="PostId">The post.</param>
/// <param name="AuthorId">Who wrote it; null once the person was erased.</param>
public sealed record PostRemoved(Guid PostId, Guid? AuthorId) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "posts.post-removed";

    string IEvent.Key => PostId.ToString();
}

/// <summary>A post that was removed can be read by others again.</summary>
/// <param name="PostId">The post.</param>
/// <param name="AuthorId">Who wrote it; null once the person was erased.</param>
public sealed record PostRestored(Guid PostId, Guid? AuthorId) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "posts.post-restored";

    string IEvent.Key => PostId.ToString();
}

/// <summary>Somebody commented on a post.</summary>
/// <param name="CommentId">The comment.</param>
/// <param name="PostId">The post.</param>
/// <param name="AuthorId">Who commented.</param>
/// <param name="PostAuthorId">Who wrote the post; null if nobody is named any more.</param>
/// <param name="ParentId">The comment that it answers; null if it answers the post.</param>
/// <param name="ParentAuthorId">Who wrote that comment; null if there is none, or nobody is named any more.</param>
public sealed record CommentWritten(
    Guid CommentId,
    Guid PostId,
    Guid AuthorId,
    Guid? PostAuthorId,
    Guid? ParentId,
    Guid? ParentAuthorId
) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "posts.comment-written";

    string IEvent.Key => PostId.ToString();
}

/// <summary>Somebody was named as <c>@name</c> in a post or a comment that he may read.</summary>
/// <param name="AccountId">Who was named.</param>
/// <param name="AuthorId">Who named him.</param>
/// <param name="PostId">The post, or the one that the comment is on.</param>
/// <param name="CommentId">The comment; null if it was the post itself.</param>
public sealed record PersonMentioned(Guid AccountId, Guid AuthorId, Guid PostId, Guid? CommentId) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "posts.person-mentioned";

    string IEvent.Key => AccountId.ToString();
}

/// <summary>Somebody begins to follow an author.</summary>
/// <param name="AuthorId">Who is followed.</param>
/// <param name="FollowerId">Who follows.</param>
public sealed record AuthorFollowed(Guid AuthorId, Guid FollowerId) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "posts.author-followed";

    string IEvent.Key => AuthorId.ToString();
}

/// <summary>Somebody follows an author no more.</summary>
/// <param name="AuthorId">Who was followed.</param>
/// <param name="FollowerId">Who followed.</param>
public sealed record AuthorUnfollowed(Guid AuthorId, Guid FollowerId) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "posts.author-unfollowed";

    string IEvent.Key => AuthorId.ToString();
}

/// <summary>
/// How many posts and followers an author has now. It carries the whole counts and a version, so whoever keeps the counts of the highest version has them
/// right, whatever came twice, late or not at all.
/// </summary>
/// <param name="AuthorId">The author.</param>
/// <param name="Posts">Posts that others can read.</param>
/// <param name="Followers">Accounts that follow him.</param>
/// <param name="Version">Rises with every change.</param>
public sealed record AuthorCounted(Guid AuthorId, long Posts, long Followers, long Version) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "posts.author-counted";

    string IEvent.Key => AuthorId.ToString();
}
