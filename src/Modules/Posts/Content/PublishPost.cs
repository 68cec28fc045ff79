using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Posts.Content;

/// <summary>Publishes a post whose time has come.</summary>
/// <param name="PostId">The post.</param>
internal sealed record PublishPost(Guid PostId) : IJob
{
    public static string Kind => "post.publish";

    // One for each post, however often its time is changed.
    public string Key => PostId.ToString();
}

/// <summary>
/// Publishes a post at its time; that of somebody who is banned by then becomes a draft again. If its time is later by now, the job waits until then.
/// </summary>
internal sealed class PublishWork(IDatabase<PostsData> database, PostStore store, AuthorNames names, TimeProvider clock)
    : IWork<PublishPost>
{
    public async Task<WorkResult> RunAsync(PublishPost job, WorkRun run, CancellationToken ct)
    {
        var found = await database.ReadAsync(r => PostRow.FindAsync(r, job.PostId, ct), ct);
        if (found is not { State: PostRow.Scheduled, DeletedAt: null, PublishAt: { } at })
        {
            return WorkResult.Done;
        }

        if (at > clock.GetUtcNow())
        {
            return WorkResult.Again(at - clock.GetUtcNow());
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
