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

    private static async Task<Results<CreatedReply<Post>, Problem>> Handle(
        Body<PostText> body,
        IdempotencyKey key,
        Caller caller,
        PostStore store,
        AuthorNames names,
        IDatabase<PostsData> database,
        WriteLimit limit,
        CancellationToken ct
    )
    {
        if (limit.Refuse(caller.Id) is { } tooMany)
        {
            return tooMany;
        }

        var text = body.Value;
        var errors = text.Check().ToList();
        if (errors.Count > 0)
        {
            return Problem.BadRequest("The post is not valid.", errors);
        }

        var html = PostStore.HtmlOf(text.Body);
        var author = (await names.OfAsync(caller.Id, ct))!;
        var mentioned = await names.MentionedAsync(text.Body, ct);
        return await key.RunAsync<Post>(
            database,
            async unit =>
            {
                var row = await store.CreateAsync(unit, caller.Id, text, html, mentioned, ct);
                await names.KeepAsync(unit, author, ct);
                var found = new FoundPost(row, false, false);
                var tags = await PostTags.OfAsync(unit, row.Key, ct);
                return Reply.Created(Post.AddressOf(row.Id), Post.Of(row, tags, author, found.RightsOf(caller)));
            },
            ct
        );
    }
}
