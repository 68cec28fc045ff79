using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Idempotency;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Course;
using Sillage.Posts.Comments;
using Sillage.Posts.Content;
using Sillage.Posts.Reading;
using Sillage.Posts.Tags;
using Sillage.Posts.Writing;
using Sillage.Storage;

namespace Sillage.Posts.Course;

/// <summary>Posts, comments and tags at the course's addresses and in its form, over what the other routes do.</summary>
internal static class CoursePosts
{
    public static void Map(IEndpointRouteBuilder routes, PostGate gate, BanGate bans, bool isOpen)
    {
        var posts = routes.MapCourse("posts");
        posts
            .MapPost("", Write)
            .RequirePermission(PostsPermission.Write)
            .WithMetadata(bans)
            .WithSummary("Write a post in the course's form")
            .WithDescription(
                "Published at once, for everybody. `authorId` is the caller, or of a service (permission posts.write-for-others) any account."
            )
            .WithRequestExample(new CourseNewPost("A quiet morning", "Four of us on the *lake*.", ["rowing"]))
            .WithReplyExample(new DataOf<CoursePost>(CoursePost.Example))
            .Fails(StatusCodes.Status404NotFound);
        PostsModule.Open(
            posts
                .MapGet("", List)
                .WithSummary("List and search posts in the course's form")
                .WithDescription("What `GET /api/v1/posts` lists.")
                .WithQuery("q", "What to search for, at most 300 characters.", "lake")
                .WithQuery("tag", "Only posts with this tag.", "rowing")
                .WithQuery("author", "Only posts of this author, by id or user name.", "player-1")
                .WithReplyExample(new DataPage<CoursePost>([CoursePost.Example], null)),
            isOpen
        );
        var post = posts.MapGroup("/{post}");
        PostsModule.OpenOne(
            post.MapGet("", Read)
                .WithSummary("Read a post in the course's form")
                .WithReplyExample(new DataOf<CoursePost>(CoursePost.Example))
                .Fails(StatusCodes.Status404NotFound),
            gate,
            isOpen
        );
        PostsModule.OpenOne(
            post.MapGet("/comments", ListOfComments)
                .WithSummary("List the comments on a post in the course's form")
                .WithDescription("In the order of the tree, the oldest first, each followed by its answers.")
                .WithReplyExample(new DataPage<CourseComment>([CourseComment.Example], null))
                .Fails(StatusCodes.Status404NotFound),
            gate,
            isOpen
        );

        var own = posts.MapGroup("/{post}").WithMetadata(gate).RequirePermission(PostsPermission.Write);
        own.MapPut("", Change)
            .RequireRight(PostRights.Change)
            .WithSummary("Change a post in the course's form")
            .WithRequestExample(new CoursePostChange("A quiet morning on the lake"))
            .WithReplyExample(new DataOf<CoursePost>(CoursePost.Example))
            .Fails(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed
            );
        own.MapDelete("", DeletePost.Handle)
            .RequireRight(PostRights.Change)
            .WithSummary("Delete a post at the course's address")
            .WithDescription("Its author can restore it for thirty days at `POST /api/v1/posts/{post}/restore`.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed);
        own.MapPost("/comments", Comment)
            .RequireRight(PostRights.Comment)
            .WithSummary("Comment on a post in the course's form")
            .WithRequestExample(new CourseNewComment("Was it cold?"))
            .WithReplyExample(new DataOf<CourseComment>(CourseComment.Example))
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

        PostsModule.Open(
            routes
                .MapCourse("tags")
                .MapGet("", ListOfTags)
                .WithSummary("List tags in the course's form")
                .WithDescription("The most used first.")
                .WithReplyExample(new DataPage<CourseTag>([new CourseTag("rowing", 12)], null)),
            isOpen
        );
    }

    private static async Task<Results<CreatedReply<DataOf<CoursePost>>, Problem>> Write(
        Body<CourseNewPost> body,
        IdempotencyKey key,
        Caller caller,
        NewPosts posts,
        AuthorNames names,
        IDatabase<PostsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var request = body.Value;
        var author = request.AuthorId ?? caller.Id;
        if (author != caller.Id)
        {
            if (!caller.Can(PostsPermission.WriteForOthers) || !await names.ExistsAsync(author, ct))
            {
                return Problem.Of(404, "Author not found", "authorId has to be the account that asks, or absent.");
            }

            if (await database.ReadAsync(r => Bans.IsBannedAsync(r, author, clock.GetUtcNow(), ct), ct))
            {
                return Problem.Forbidden("A moderator has banned this author from posting.");
            }

            key.Names(author);
        }

        if (string.IsNullOrWhiteSpace(request.Content))
        {
            return Blank();
        }

        var text = new PostText(request.Title, request.Content, request.Tags);
        return await posts.WriteAsync(
            text,
            author,
            caller,
            key,
            post => Reply.Created($"/api/posts/{post.Id}", new DataOf<CoursePost>(CoursePost.Of(post))),
            ct
        );
    }

    private static async Task<Results<DataPageReply<CoursePost>, Problem>> List(
        PageRequest page,
        Caller? caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        IOptions<PostsOptions> options,
        CancellationToken ct,
        string? q = null,
        string? tag = null,
        string? author = null
    ) =>
        (await ListPosts.Handle(page, caller, names, database, options, ct, q, tag, author)).Result switch
        {
            PageReply<PostSummary> found => new DataPageReply<CoursePost>(found.Select(CoursePost.Of)),
            var refused => (Problem)refused,
        };

    private static async Task<Reply<DataOf<CoursePost>>> Read(
        FoundPost post,
        Caller? caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) =>
        Reply.Ok(
            new DataOf<CoursePost>(CoursePost.Of((await ReadPost.Handle(post, caller, names, database, ct)).Value))
        );

    private static async Task<Results<Reply<DataOf<CoursePost>>, Problem>> Change(
        FoundPost post,
        Body<CoursePostChange> body,
        Caller caller,
        PostStore store,
        AuthorNames names,
        IDatabase<PostsData> database,
        TimeProvider clock,
        WriteLimit limit,
        Precondition precondition,
        CancellationToken ct
    )
    {
        var (title, content, tags) = body.Value;
        if (content is not null && string.IsNullOrWhiteSpace(content))
        {
            return Blank();
        }

        // What is absent is left out of it, and stays.
        var patch = JsonSerializer.SerializeToElement(
            new
            {
                Title = title,
                Body = content,
                Tags = tags,
            },
            Json.Options
        );
        var changed = await ChangePost.Handle(
            post,
            MergePatch<PostText>.Of(patch),
            precondition,
            caller,
            store,
            names,
            database,
            clock,
            limit,
            ct
        );
        return changed.Result switch
        {
            Reply<Post> reply => Reply.Ok(new DataOf<CoursePost>(CoursePost.Of(reply.Value))),
            var refused => (Problem)refused,
        };
    }

    private static Task<Results<CreatedReply<DataOf<CourseComment>>, Problem>> Comment(
        FoundPost post,
        Body<CourseNewComment> body,
        IdempotencyKey key,
        Caller caller,
        NewComments comments,
        CancellationToken ct
    ) =>
        comments.WriteAsync(
            post,
            new NewComment(body.Value.Content, body.Value.ParentId),
            caller,
            key,
            comment =>
                Reply.Created(
                    $"/api/posts/{post.Row.Id}/comments",
                    new DataOf<CourseComment>(CourseComment.Of(comment))
                ),
            ct
        );

    private static async Task<DataPageReply<CourseComment>> ListOfComments(
        FoundPost post,
        PageRequest page,
        Caller? caller,
        AuthorNames names,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) => new((await ListComments.Handle(post, page, caller, names, database, ct)).Select(CourseComment.Of));

    private static async Task<Results<DataPageReply<CourseTag>, Problem>> ListOfTags(
        PageRequest page,
        IDatabase<PostsData> database,
        CancellationToken ct
    ) =>
        (await ListTags.Handle(page, database, ct)).Result switch
        {
            PageReply<Tag> found => new DataPageReply<CourseTag>(
                found.Select(tag => new CourseTag(tag.Name, tag.Posts))
            ),
            var refused => (Problem)refused,
        };

    private static Problem Blank() =>
        Problem.BadRequest("The post is not valid.", new FieldError("/content", "Not blank."));
}
