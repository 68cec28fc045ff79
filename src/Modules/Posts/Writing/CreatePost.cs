using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.Writing;

/// <summary>Keeps a post in the caller's name: as a draft, for a time to come, or published at once.</summary>
internal static class CreatePost
{
    public static void Map(RouteGroupBuilder posts, BanGate gate) =>
        posts
            .MapPost("/", Handle)
            .RequirePermission(PostsPermission.Write)
            .WithMetadata(gate)
            .WithSummary("Write a post")
            .WithDescription(
                "Published at once, unless it is a draft or has a time to come in `publishAt`. People named as `@name` are told."
            )
            .WithRequestExample(PostText.Example)
            .WithReplyExample(Post.Example);

    private static Task<Results<CreatedReply<Post>, Problem>> Handle(
        Body<PostText> body,
        IdempotencyKey key,
        Caller caller,
        NewPosts posts,
        CancellationToken ct
    ) => posts.WriteAsync(body.Value, caller.Id, caller, key, post => Reply.Created(Post.AddressOf(post.Id), post), ct);
}

/// <summary>Keeps new posts.</summary>
internal sealed class NewPosts(PostStore store, AuthorNames names, IDatabase<PostsData> database, WriteLimit limit)
{
    /// <summary>Keeps one that <paramref name="caller"/> sends in the name of <paramref name="authorId"/>, an account that exists.</summary>
    public async Task<Results<CreatedReply<T>, Problem>> WriteAsync<T>(
        PostText text,
        Guid authorId,
        Caller caller,
        IdempotencyKey key,
        Func<Post, CreatedReply<T>> form,
        CancellationToken ct
    )
        where T : notnull
    {
        if (limit.Refuse(caller.Id) is { } tooMany)
        {
            return tooMany;
        }

        var errors = text.Check().ToList();
        if (errors.Count > 0)
        {
            return Problem.BadRequest("The post is not valid.", errors);
        }

        var html = PostStore.HtmlOf(text.Body);
        var author = (await names.OfAsync(authorId, ct))!;
        var mentioned = await names.MentionedAsync(text.Body, ct);
        return await key.RunAsync<T>(
            database,
            async unit =>
            {
                var row = await store.CreateAsync(unit, authorId, text, html, mentioned, ct);
                await names.KeepAsync(unit, author, ct);
                var found = new FoundPost(row, false, false);
                var tags = await PostTags.OfAsync(unit, row.Key, ct);
                return form(Post.Of(row, tags, author, found.RightsOf(caller)));
            },
            ct
        );
    }
}
