using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Posts.Content;

/// <summary>Publishes a post whose time has come.</summary>
/// <param name="PostId">The post.</param>
internal sealed record PublishPost(Guid PostId) : IJob
{
    public static string Kind => "post.publish";
}

/// <summary>
/// Publishes a post at its time; that of somebody who is banned by then becomes a draft again. If the time was changed meanwhile there is another job for it, and this one finds nothing to do.
/// </summary>
internal sealed class PublishWork(IDatabase<PostsData> database, PostStore store, AuthorNames names, TimeProvider clock)
    : IWork<PublishPost>
{
    public async Task<WorkResult> RunAsync(PublishPost job, WorkRun run, CancellationToken ct)
    {
        var found = await database.ReadAsync(r => PostRow.FindAsync(r, job.PostId, ct), ct);
        if (found is null || !IsDue(found))
        {
            return WorkResult.Done;
        }

        var mentioned = await names.MentionedAsync(found.Body, ct);
        return WorkResult.With(async unit =>
        {
            if (await PostRow.LockAsync(unit, job.PostId, ct) is { } row && IsDue(row))
            {
                var isBanned =
                    row.Author is { } author && await Bans.IsBannedAsync(unit, author, clock.GetUtcNow(), ct);
                var after = isBanned ? row with { State = PostRow.Draft, PublishAt = null } : Published(row);
                await store.SaveAsync(unit, row, after, null, mentioned, ct);
            }
        });
    }

    private bool IsDue(PostRow row) =>
        row is { State: PostRow.Scheduled, DeletedAt: null } && row.PublishAt <= clock.GetUtcNow();

    // It was to be out at that time, however late the server was started.
    private static PostRow Published(PostRow row) =>
        row with
        {
            State = PostRow.Published,
            PublishedAt = row.PublishAt,
            PublishAt = null,
        };
}
