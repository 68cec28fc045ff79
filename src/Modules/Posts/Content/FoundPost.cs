using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Posts.Content;

/// <summary>The post that an address names, with what is known of the caller in it.</summary>
/// <param name="Row">The post.</param>
/// <param name="Follows">Whether the caller follows its author.</param>
/// <param name="Banned">Whether the caller is banned from posting.</param>
internal sealed record FoundPost(PostRow Row, bool Follows, bool Banned) : IResource<PostRights>
{
    private const string BySlug =
        $"SELECT {PostRow.Columns} FROM post p WHERE p.key = (SELECT post FROM post_slug WHERE slug = @Slug)";

    private const string FindFollow =
        "SELECT COUNT(*) FROM author_follow WHERE follower = @Caller AND author = @Author";

    public string Called => $"the post '{Row.Slug}'";

    public PostRights RightsOf(Caller caller)
    {
        var isOwn = Row.Author == caller.Id;
        var moderates = caller.Can(PostsPermission.Moderate);
        var rights = PostRights.None;
        if (isOwn)
        {
            rights |= PostRights.Read | PostRights.History | (Banned ? PostRights.None : PostRights.Change);
        }

        if (moderates && Row is { IsPublished: true, Visibility: not PostRow.Private })
        {
            rights |= PostRights.Read | PostRights.Moderate | PostRights.History;
        }

        if (Row.Listed && IsFor(caller))
        {
            rights |= PostRights.Read;
        }

        return Row.Listed && !Banned && rights.HasFlag(PostRights.Read) ? rights | PostRights.Comment : rights;
    }

    /// <summary>What somebody without an account may do.</summary>
    public PostRights RightsOfAnybody =>
        Row is { Listed: true, Visibility: PostRow.Public } ? PostRights.Read : PostRights.None;

    private bool IsFor(Caller caller) =>
        caller.Can(PostsPermission.Read)
        && Row.Visibility switch
        {
            PostRow.Public or PostRow.Members => true,
            PostRow.Followers => Follows,
            _ => false,
        };

    /// <summary>Finds a post by its id, or by any slug it ever had.</summary>
    public static async Task<FoundPost?> FindAsync(
        IReader reader,
        string name,
        Caller? caller,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var row = Guid.TryParse(name, out var id)
            ? await PostRow.FindAsync(reader, id, ct)
            : await reader.FirstOrDefaultAsync<PostRow>(BySlug, new { Slug = name }, ct);
        return row is null ? null : await OfAsync(reader, row, caller, now, ct);
    }

    /// <summary>What is known of the caller in a post.</summary>
    public static async Task<FoundPost> OfAsync(
        IReader reader,
        PostRow row,
        Caller? caller,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (caller is null)
        {
            return new FoundPost(row, false, true);
        }

        var follows =
            row is { Visibility: PostRow.Followers, Author: { } author }
            && await reader.ScalarAsync<long>(FindFollow, new { Caller = caller.Id, Author = author }, ct) > 0;
        return new FoundPost(row, follows, await Bans.IsBannedAsync(reader, caller.Id, now, ct));
    }

    /// <summary>What the gate found; on routes that are open to all, where there is no gate, it is looked for here.</summary>
    public static async ValueTask<FoundPost?> BindAsync(HttpContext context)
    {
        if (context.Features.Get<IResource<PostRights>>() is FoundPost found)
        {
            return found;
        }

        var database = context.RequestServices.GetRequiredService<IDatabase<PostsData>>();
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var caller = context.Features.Get<Caller>();
        var ct = context.RequestAborted;
        var name = (string)context.GetRouteValue("post")!;
        var post = await database.ReadAsync(r => FindAsync(r, name, caller, now, ct), ct);
        var rights =
            post is null ? PostRights.None
            : caller is null ? post.RightsOfAnybody
            : post.RightsOf(caller) | post.RightsOfAnybody;
        return rights.HasFlag(PostRights.Read) ? post : throw new ProblemException(Problem.NotFound());
    }
}

/// <summary>Finds the post that an address names; to whoever may do nothing with it there is none.</summary>
internal sealed class PostGate(IDatabase<PostsData> database, TimeProvider clock) : GateMetadata
{
    /// <inheritdoc />
    public override async ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        var ct = context.RequestAborted;
        var name = (string)context.GetRouteValue("post")!;
        var post = await database.ReadAsync(r => FoundPost.FindAsync(r, name, caller, clock.GetUtcNow(), ct), ct);
        if (post is null || post.RightsOf(caller) == PostRights.None)
        {
            return Problem.NotFound();
        }

        context.Features.Set<IResource<PostRights>>(post);
        return null;
    }
}
