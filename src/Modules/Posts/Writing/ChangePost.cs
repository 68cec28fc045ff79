using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Writing;

/// <summary>Changes a post, or publishes a draft.</summary>
internal static class ChangePost
{
    public static void Map(RouteGroupBuilder post) =>
        post.MapPatch("/", Handle)
            .RequirePermission(PostsPermission.Write)
            .RequireRight(PostRights.Change)
            .WithSummary("Change a post")
            .WithDescription(
                "A JSON Merge Patch. `draft: false` publishes a draft. What it said before is kept among its revisions; with another title it gets "
                    + "another slug, and the one before leads to it still."
            )
            .WithRequestExample(new { title = "A quiet morning on the lake", draft = false })
            .WithReplyExample(Post.Example)
            .Fails(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed
            );

    internal static async Task<Results<Reply<Post>, Problem>> Handle(
        FoundPost post,
        MergePatch<PostText> patch,
        Precondition precondition,
        Caller caller,
        PostStore store,
        AuthorNames names,
        IDatabase<PostsData> database,
        TimeProvider clock,
        WriteLimit limit,
        CancellationToken ct
    )
    {
        if (limit.Refuse(caller.Id) is { } tooMany)
        {
            return tooMany;
        }

        var author = await names.OfAsync(post.Row.Author, ct);
        // Rendering and asking for names takes a while, so it is done for what is likely to be stored, and again if another came first.
        var likely = patch.Apply(TextOf(post.Row, []));
        var html = PostStore.HtmlOf(likely.Body);
        var mentioned = await names.MentionedAsync(likely.Body, ct);
        var changed = await database.WriteAsync(
            async unit =>
            {
                var before =
                    await PostRow.LockAsync(unit, post.Row.Id, ct) ?? throw new ProblemException(Problem.NotFound());
                var tags = await PostTags.OfAsync(unit, before.Key, ct);
                var rights = (post with { Row = before }).RightsOf(caller);
                precondition.Check(Post.Of(before, tags, author, rights));
                var wanted = patch.Apply(TextOf(before, tags));
                var now = clock.GetUtcNow();
                Demand(before, wanted, now);
                var after = Apply(before, wanted, now) with
                {
                    Html =
                        wanted.Body == before.Body ? before.Html
                        : wanted.Body == likely.Body ? html
                        : PostStore.HtmlOf(wanted.Body),
                };
                after = await store.SaveAsync(unit, before, after, wanted.Tags ?? [], mentioned, ct);
                return (Row: after, Tags: await PostTags.OfAsync(unit, after.Key, ct));
            },
            ct
        );
        var found = post with { Row = changed.Row };
        return Reply.Ok(Post.Of(changed.Row, changed.Tags, author, found.RightsOf(caller)));
    }

    private static PostText TextOf(PostRow row, IReadOnlyList<string> tags) =>
        new(
            row.Title,
            row.Body,
            tags,
            Named.Read<Visibility>(row.Visibility),
            row.State == PostRow.Draft,
            row.PublishAt,
            row.CommentsClosed,
            row.CommentsUntil
        );

    private static void Demand(PostRow before, PostText wanted, DateTimeOffset now)
    {
        var errors = wanted.Check().ToList();
        if (errors.Count > 0)
        {
            throw new ProblemException(Problem.BadRequest("The change is not valid.", errors));
        }

        if (before.DeletedAt is not null)
        {
            throw new ProblemException(Problem.Conflict("The post is deleted. Restore it first."));
        }

        if (before.Locked)
        {
            throw new ProblemException(Problem.Conflict("A moderator has locked the post."));
        }

        if (before.IsPublished && wanted.StateAt(now) != PostRow.Published)
        {
            throw new ProblemException(
                Problem.Conflict(
                    "The post is published, so it is no draft and has no time to come. Make it private instead."
                )
            );
        }
    }

    private static PostRow Apply(PostRow before, PostText wanted, DateTimeOffset now)
    {
        var state = wanted.StateAt(now);
        return before with
        {
            Title = wanted.Title,
            Body = wanted.Body,
            Visibility = Named.Of(wanted.Visibility),
            State = state,
            PublishAt = state == PostRow.Published ? null : wanted.PublishAt,
            PublishedAt = state == PostRow.Published ? before.PublishedAt ?? now : null,
            CommentsClosed = wanted.CommentsClosed,
            CommentsUntil = wanted.CommentsUntil,
            UpdatedAt = now,
        };
    }
}
