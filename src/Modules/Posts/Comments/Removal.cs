namespace Sillage.Posts.Comments;

/// <summary>What is removed for good once it was deleted long enough ago.</summary>
internal static class Removal
{
    /// <summary>
    /// In their order: posts with all that belongs to them, what comments said before, comments nobody has answered; of those that were answered only the text and
    /// the name go, as the answers stand on them.
    /// </summary>
    public static readonly string[] Statements =
    [
        "DELETE FROM post WHERE key IN (SELECT key FROM post WHERE deleted_at < @Before LIMIT @Limit)",
        """
            DELETE FROM comment_revision WHERE (comment, revision) IN (
              SELECT r.comment, r.revision FROM comment c JOIN comment_revision r ON r.comment = c.key WHERE c.deleted_at < @Before LIMIT @Limit)
            """,
        """
            DELETE FROM comment WHERE key IN (
              SELECT c.key FROM comment c
              WHERE c.deleted_at < @Before AND NOT EXISTS (SELECT 1 FROM comment a WHERE a.parent = c.id) LIMIT @Limit)
            """,
        """
            UPDATE comment SET body = '', html = '', author = NULL WHERE key IN (
              SELECT key FROM comment WHERE deleted_at < @Before AND body <> '' LIMIT @Limit)
            """,
    ];
}
