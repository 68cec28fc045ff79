using System.ComponentModel.DataAnnotations;
using Sillage.Api.Replies;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Moderation;

/// <summary>What is wrong with a post or a comment.</summary>
public enum ReportReason
{
    /// <summary>Advertising, or the same again and again.</summary>
    Spam,

    /// <summary>Insults, threats, hatred.</summary>
    Abuse,

    /// <summary>Against the law.</summary>
    Illegal,

    /// <summary>It shows what is somebody's own affair.</summary>
    Privacy,

    /// <summary>Something else.</summary>
    Other,
}

/// <summary>What a moderator made of a report.</summary>
public enum ReportOutcome
{
    /// <summary>Nothing was wrong.</summary>
    Dismissed,

    /// <summary>What was reported is hidden.</summary>
    Hidden,
}

/// <summary>Something to report.</summary>
/// <param name="Reason">What is wrong.</param>
/// <param name="Note">More, at most 1000 characters; for moderators only.</param>
public sealed record NewReport(ReportReason Reason, [property: StringLength(1000)] string? Note = null);

/// <summary>What a moderator makes of a report.</summary>
/// <param name="Outcome">`dismissed`, or `hidden`, which hides what was reported.</param>
public sealed record Settlement(ReportOutcome Outcome);

/// <summary>A report.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Post">The post that was reported, or whose comment was.</param>
/// <param name="Comment">The comment that was reported; absent if it was the post.</param>
/// <param name="Reporter">Who reported it; absent once the person was erased.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Note">More.</param>
/// <param name="CreatedAt">When it was reported.</param>
/// <param name="Outcome">What a moderator made of it; absent while it is open.</param>
/// <param name="SettledAt">When.</param>
/// <param name="Links">The report, and what it is about.</param>
public sealed record ReportResource(
    Guid Id,
    Guid Post,
    Guid? Comment,
    Guid? Reporter,
    ReportReason Reason,
    string? Note,
    DateTimeOffset CreatedAt,
    ReportOutcome? Outcome,
    DateTimeOffset? SettledAt,
    Links Links
)
{
    internal static ReportResource Example { get; } =
        Of(
            new ReportRow(
                Guid.Empty,
                1,
                Guid.Empty,
                null,
                null,
                null,
                "spam",
                "An advertisement.",
                DateTimeOffset.UnixEpoch,
                null,
                null
            )
        );

    internal static ReportResource Of(ReportRow row) =>
        new(
            row.Id,
            row.PostId,
            row.CommentId,
            row.Reporter,
            Named.Read<ReportReason>(row.Reason),
            row.Note,
            row.CreatedAt,
            row.Outcome is { } outcome ? Named.Read<ReportOutcome>(outcome) : null,
            row.SettledAt,
            new Links(AddressOf(row.Id))
            {
                ["subject"] = row.CommentId is { } comment
                    ? Comments.Comment.AddressOf(row.PostId, comment)
                    : Content.Post.AddressOf(row.PostId),
                ["settlement"] = AddressOf(row.Id) + "/settlement",
            }
        );

    internal static string AddressOf(Guid id) => $"/api/v1/post-reports/{id}";
}

/// <summary>A report as it is stored.</summary>
internal sealed record ReportRow(
    Guid Id,
    long Post,
    Guid PostId,
    long? Comment,
    Guid? CommentId,
    Guid? Reporter,
    string Reason,
    string? Note,
    DateTimeOffset CreatedAt,
    string? Outcome,
    DateTimeOffset? SettledAt
)
{
    public const string Select = """
        SELECT r.id, r.post, p.id AS post_id, r.comment, c.id AS comment_id, r.reporter, r.reason, r.note, r.created_at, r.outcome, r.settled_at
        FROM report r JOIN post p ON p.key = r.post LEFT JOIN comment c ON c.key = r.comment
        """;

    public static Task<ReportRow?> FindAsync(IReader reader, Guid id, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<ReportRow>(Select + " WHERE r.id = @Id", new { Id = id }, ct);
}
