using Sillage.Storage;

namespace Sillage.Posts.Content;

/// <summary>A post as it is stored.</summary>
internal sealed record PostRow(
    long Key,
    Guid Id,
    Guid? Author,
    string Slug,
    string Title,
    string Body,
    string Html,
    string Visibility,
    string State,
    DateTimeOffset? PublishAt,
    DateTimeOffset? PublishedAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Revision,
    DateTimeOffset? DeletedAt,
    bool Hidden,
    bool Locked,
    bool CommentsClosed,
    DateTimeOffset? CommentsUntil,
    bool Announced,
    long LastComment,
    long CommentCount
)
{
    /// <summary>The columns, of the table under the name p.</summary>
    public const string Columns = """
        p.key, p.id, p.author, p.slug, p.title, p.body, p.html, p.visibility, p.state, p.publish_at, p.published_at, p.created_at, p.updated_at,
        p.revision, p.deleted_at, p.hidden, p.locked, p.comments_closed, p.comments_until, p.announced, p.last_comment, p.comment_count
        """;

    /// <summary>What it takes of a page's room.</summary>
    public long Length => Body.Length + Html.Length;

    public bool IsPublished => State == Published;

    /// <summary>Whether lists show it to whoever may read it.</summary>
    public bool Listed => IsPublished && DeletedAt is null && !Hidden;

    /// <summary>Whether others than the author can read it: what counts are made of, and what events tell.</summary>
    public bool IsCounted => Listed && Visibility != Private;

    /// <summary>Whether every member can read it: what the counts of tags are made of, and what takes its title's slug from others.</summary>
    public bool IsOpen => Listed && Visibility is Members or Public;

    /// <summary>Whether comments are taken, as far as the author and the moderators say.</summary>
    public bool TakesComments(DateTimeOffset now) =>
        Listed && !Locked && !CommentsClosed && (CommentsUntil is null || CommentsUntil > now);

    public const string Draft = "draft";
    public const string Scheduled = "scheduled";
    public const string Published = "published";
    public const string Private = "private";
    public const string Followers = "followers";
    public const string Members = "members";
    public const string Public = "public";

    private const string ById = $"SELECT {Columns} FROM post p WHERE p.id = @Id";

    private static readonly Sql ForUpdate = new(ById, ById + " FOR UPDATE");

    /// <summary>The post with this id.</summary>
    public static Task<PostRow?> FindAsync(IReader reader, Guid id, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<PostRow>(ById, new { Id = id }, ct);

    /// <summary>The same, and no other unit changes it until this one ends.</summary>
    public static Task<PostRow?> LockAsync(IUnitOfWork unit, Guid id, CancellationToken ct) =>
        unit.FirstOrDefaultAsync<PostRow>(ForUpdate, new { Id = id }, ct);
}
