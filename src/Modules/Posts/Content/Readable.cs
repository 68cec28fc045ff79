using Sillage.Api.Access;

namespace Sillage.Posts.Content;

/// <summary>Which posts a caller may find in lists, as a condition on the table under the name p.</summary>
internal static class Readable
{
    /// <summary>Needs the parameters of <see cref="Of"/>.</summary>
    public const string Where = """
        p.listed AND (p.visibility = 'public'
          OR (@IsMember AND (p.visibility = 'members' OR p.author = @Me
            OR (p.visibility = 'followers' AND (@Moderates
              OR EXISTS (SELECT 1 FROM author_follow af WHERE af.author = p.author AND af.follower = @Me))))))
        """;

    /// <summary>Who asks.</summary>
    public static (Guid Me, bool IsMember, bool Moderates) Of(Caller? caller) =>
        caller is not null && caller.Can(PostsPermission.Read)
            ? (caller.Id, true, caller.Can(PostsPermission.Moderate))
            : (Guid.Empty, false, false);
}
