using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts.Erasures;
using Sillage.Api.Access;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Pages;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Posts.Comments;
using Sillage.Posts.Content;
using Sillage.Posts.Contracts;
using Sillage.Posts.Course;
using Sillage.Posts.Following;
using Sillage.Posts.Marks;
using Sillage.Posts.Moderation;
using Sillage.Posts.PersonalData;
using Sillage.Posts.Reading;
using Sillage.Posts.Search;
using Sillage.Posts.Tags;
using Sillage.Posts.Verbs;
using Sillage.Posts.Writing;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Posts;

/// <summary>What people publish: posts, comments, tags, search, reactions, following, moderation.</summary>
public sealed class PostsModule : IModule
{
    /// <inheritdoc />
    public string Name => "posts";

    /// <inheritdoc />
    public IReadOnlyList<Permission> Permissions => PostsPermission.All;

    /// <inheritdoc />
    public IReadOnlyList<ConsolePage> Pages { get; } =
    [
        new("posts", 20, "Posts", "Publications") { For = [PostsPermission.Read], IsGivenToPeople = true },
        new("moderation", 46, "Moderation", "Modération") { For = [PostsPermission.Moderate] },
    ];

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<PostsData>(Name, moved: [PostIndex.Moved]);
        services.AddSettings<PostsOptions>("Posts");
        services.AddSingleton<WriteLimit>();
        services.AddNotices();
        services.AddEventAlias<PostPublished>("post.published");
        services.AddEventAlias<PostRemoved>("post.removed");
        services.AddEventAlias<CommentWritten>("comment.created");
        services.AddSingleton<AuthorNames>();
        services.AddSingleton<PostStore>();
        services.AddSingleton<NewPosts>();
        services.AddSingleton<NewComments>();
        services.AddWork<PostsData, PublishPost, PublishWork>();
        services.AddPersonalData<PostsData, PostsPersonalData>();
        foreach (var removal in Removal.Statements)
        {
            services.AddRetention<PostsData>(
                removal,
                provider =>
                    TimeSpan.FromDays(provider.GetRequiredService<IOptions<PostsOptions>>().Value.KeepDeletedDays)
            );
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<Command> CreateVerbs(IVerbHost host) => [PostsVerbs.Create(host)];

    /// <inheritdoc />
    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var database = services.GetRequiredService<IDatabase<PostsData>>();
        var clock = services.GetRequiredService<TimeProvider>();
        var gate = new PostGate(database, clock);
        var isOpen = services.GetRequiredService<IOptions<PostsOptions>>().Value.OpenToAll;

        var posts = routes.MapGroup("/api/v1/posts").WithTags("Posts");
        CreatePost.Map(posts, new BanGate(database, clock));
        PreviewPost.Map(posts);
        Open(ListPosts.Map(posts), isOpen);
        OpenOne(ReadPost.Map(routes.MapGroup("/api/v1/posts/{post}").WithTags("Posts")), gate, isOpen);
        OpenOne(ListComments.Map(routes.MapGroup("/api/v1/posts/{post}/comments").WithTags("Comments")), gate, isOpen);

        var post = routes.MapGroup("/api/v1/posts/{post}").WithMetadata(gate).WithTags("Posts");
        ChangePost.Map(post);
        DeletePost.Map(post);
        ListRevisions.Map(post);
        Suggest.Map(routes);

        var comments = post.MapGroup("/comments").WithTags("Comments");
        WriteComment.Map(comments);
        var comment = comments.MapGroup("/{comment:guid}").WithMetadata(new CommentGate(database));
        ChangeComment.Map(comment);

        var marks = post.MapGroup("").WithTags("Reactions and bookmarks");
        React.Map(marks);
        Bookmarks.Map(routes, marks);

        var tags = routes.MapGroup("/api/v1/tags").WithTags("Tags");
        Open(ListTags.Map(tags), isOpen);
        Open(ReadTag.Map(tags), isOpen);
        ChangeTag.Map(tags);

        FollowAuthor.Map(routes);
        FollowTag.Map(tags);
        ListFollows.Map(routes);
        ReadFeed.Map(routes);

        Report.Map(post.MapGroup("").WithTags("Moderation"), comment.MapGroup("").WithTags("Moderation"));
        ListReports.Map(routes);
        SettleReport.Map(routes);
        HidePost.Map(post.MapGroup("").WithTags("Moderation"));
        HideComment.Map(comment.MapGroup("").WithTags("Moderation"));
        BanAccount.Map(routes);

        CoursePosts.Map(routes, gate, new BanGate(database, clock), isOpen);
    }

    internal static void Open(RouteHandlerBuilder route, bool isOpen) =>
        _ = isOpen ? route.AllowAnonymous() : route.RequirePermission(PostsPermission.Read);

    internal static void OpenOne(RouteHandlerBuilder route, PostGate gate, bool isOpen)
    {
        Open(route, isOpen);
        if (!isOpen)
        {
            route.WithMetadata(gate).RequireRight(PostRights.Read);
        }
    }
}
