using Microsoft.Extensions.Options;
using Sillage.Markdown;
using Sillage.Posts.Contracts;
using Sillage.Posts.Search;
using Sillage.Storage;

namespace Sillage.Posts.Content;

/// <summary>
/// Stores posts. Whatever changes a post comes through here, so that the index, the counts of tags and authors, and what others are told follow in the
/// same unit and cannot differ from it.
/// </summary>
internal sealed class PostStore(IOptions<PostsOptions> options, TimeProvider clock)
{
    private const string Insert = """
        INSERT INTO post (id, author, slug, title, body, html, visibility, state, publish_at, published_at, created_at, updated_at, revision, hidden,
          locked, comments_closed, comments_until, announced, listed)
        VALUES (@Id, @Author, @Slug, @Title, @Body, @Html, @Visibility, @State, @PublishAt, @PublishedAt, @CreatedAt, @UpdatedAt, @Revision, @Hidden,
          @Locked, @CommentsClosed, @CommentsUntil, @Announced, @Listed)
        RETURNING key
        """;

    private const string Update = """
        UPDATE post SET slug = @Slug, title = @Title, body = @Body, html = @Html, visibility = @Visibility, state = @State, publish_at = @PublishAt,
          published_at = @PublishedAt, updated_at = @UpdatedAt, revision = @Revision, deleted_at = @DeletedAt, hidden = @Hidden, locked = @Locked,
          comments_closed = @CommentsClosed, comments_until = @CommentsUntil, announced = @Announced, listed = @Listed
        WHERE key = @Key
        """;

    private const string KeepRevision = """
        INSERT INTO post_revision (post, revision, title, body, written_at) VALUES (@Key, @Revision, @Title, @Body, @UpdatedAt)
        """;

    private const string SlugOwner = "SELECT post FROM post_slug WHERE slug = @Slug";

    private const string TakeSlug = "INSERT INTO post_slug (slug, post) VALUES (@Slug, @Key) ON CONFLICT DO NOTHING";

    /// <summary>Stores a new post.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="author">Who writes it.</param>
    /// <param name="text">What it says.</param>
    /// <param name="html">The same as HTML.</param>
    /// <param name="mentioned">Who is named in it.</param>
    /// <param name="ct">Ends it early.</param>
    public async Task<PostRow> CreateAsync(
        IUnitOfWork unit,
        Guid author,
        PostText text,
        string html,
        IReadOnlyList<Guid> mentioned,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var state = text.StateAt(now);
        var row = new PostRow(
            0,
            id,
            author,
            "",
            text.Title,
            text.Body,
            html,
            Named.Of(text.Visibility),
            state,
            state == PostRow.Published ? null : text.PublishAt,
            state == PostRow.Published ? now : null,
            now,
            now,
            1,
            null,
            false,
            false,
            text.CommentsClosed,
            text.CommentsUntil,
            false,
            0,
            0
        );
        row = row with { Announced = row.IsCounted, Slug = await FreeSlugAsync(unit, row, ct) };
        row = row with { Key = await unit.ScalarAsync<long>(Insert, row, ct) };
        await unit.ExecuteAsync(TakeSlug, row, ct);
        await PostTags.SetAsync(unit, row.Key, text.Tags ?? [], ct);
        await FollowAsync(unit, null, row, mentioned, ct);
        if (row.State == PostRow.Scheduled)
        {
            await unit.EnqueueAsync(new PublishPost(id), row.PublishAt, ct);
        }

        return row;
    }

    /// <summary>Stores a change of a post that this unit has locked.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="before">The post as it is.</param>
    /// <param name="after">The post as it is to be.</param>
    /// <param name="tags">Its tags from now on; null for those it has.</param>
    /// <param name="mentioned">Who is named in it: told if others can read it now for the first time.</param>
    /// <param name="ct">Ends it early.</param>
    public async Task<PostRow> SaveAsync(
        IUnitOfWork unit,
        PostRow before,
        PostRow after,
        IReadOnlyList<string>? tags,
        IReadOnlyList<Guid> mentioned,
        CancellationToken ct
    )
    {
        if (after.Title != before.Title || (after.IsOpen && !before.IsOpen))
        {
            after = after with { Slug = await FreeSlugAsync(unit, after, ct) };
            await unit.ExecuteAsync(TakeSlug, after, ct);
        }

        if ((after.Title, after.Body) != (before.Title, before.Body))
        {
            await unit.ExecuteAsync(KeepRevision, before, ct);
            after = after with { Revision = before.Revision + 1 };
        }

        if (after.State == PostRow.Scheduled && after.PublishAt != before.PublishAt)
        {
            await unit.EnqueueAsync(new PublishPost(after.Id), after.PublishAt, ct);
        }

        if (before.IsOpen)
        {
            await PostTags.CountAsync(unit, after.Key, -1, ct);
        }

        if (tags is not null)
        {
            await PostTags.SetAsync(unit, after.Key, tags, ct);
        }

        after = after with { Announced = before.Announced || after.IsCounted };
        await unit.ExecuteAsync(Update, after, ct);
        await FollowAsync(unit, before, after, mentioned, ct);
        return after;
    }

    /// <summary>Puts a post into the index anew, and makes its HTML anew.</summary>
    public async Task ReindexAsync(IUnitOfWork unit, PostRow row, string html, CancellationToken ct)
    {
        await unit.ExecuteAsync("UPDATE post SET html = @Html WHERE key = @Key", new { Html = html, row.Key }, ct);
        await IndexAsync(unit, row, ct);
    }

    /// <summary>The HTML of what was written. Takes a while, so it is made outside of units.</summary>
    public static string HtmlOf(string markdown) => MarkdownHtml.OfPost(markdown);

    private async Task FollowAsync(
        IUnitOfWork unit,
        PostRow? before,
        PostRow after,
        IReadOnlyList<Guid> mentioned,
        CancellationToken ct
    )
    {
        if (before is null || before.Listed != after.Listed || (before.Title, before.Body) != (after.Title, after.Body))
        {
            await IndexAsync(unit, after, ct);
        }

        var wasCounted = before?.IsCounted == true;
        if (after.IsOpen)
        {
            await PostTags.CountAsync(unit, after.Key, 1, ct);
        }

        if (wasCounted == after.IsCounted)
        {
            return;
        }

        if (after.Author is { } author)
        {
            await AuthorCounts.AddAsync(unit, author, after.IsCounted ? 1 : -1, 0, clock.GetUtcNow(), ct);
        }

        if (!after.IsCounted)
        {
            await unit.PublishAsync(new PostRemoved(after.Id, after.Author), ct);
        }
        else if (before?.Announced == true || after.Author is null)
        {
            await unit.PublishAsync(new PostRestored(after.Id, after.Author), ct);
        }
        else
        {
            await unit.PublishAsync(new PostPublished(after.Id, after.Author.Value), ct);
            await Mentions.TellAsync(unit, after, after.Author.Value, null, mentioned, ct);
        }
    }

    private Task IndexAsync(IUnitOfWork unit, PostRow row, CancellationToken ct) =>
        row.Listed
            ? PostIndex.PutAsync(unit, row.Key, row.Title, row.Body, options.Value.SearchLanguage, ct)
            : PostIndex.RemoveAsync(unit, row.Key, ct);

    // Only what all can read takes the title's slug for itself: that one is taken tells nobody of a draft.
    private static async Task<string> FreeSlugAsync(IUnitOfWork unit, PostRow row, CancellationToken ct)
    {
        var slug = Slugs.OfTitle(row.Title);
        if (!row.IsOpen)
        {
            return Slugs.With(slug, row.Id);
        }

        await unit.LockAsync("slug " + slug, ct);
        var owner = await unit.ScalarAsync<long?>(SlugOwner, new { Slug = slug }, ct);
        return owner is null || owner == row.Key ? slug : Slugs.With(slug, row.Id);
    }
}
