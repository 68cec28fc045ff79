using System.Collections.Concurrent;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Modules;
using Sillage.Notifications.Contracts;
using Sillage.Posts.Contracts;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.Posts.Tests;

/// <summary>What other modules hear of posts, and how authors are named while accounts are away.</summary>
public abstract class TellingOthers(PostsUnderTest posts) : PostsSpecification(posts)
{
    [Fact]
    public async Task Others_hear_of_what_can_be_read_and_people_of_what_concerns_them()
    {
        var heard = new Heard();
        await using var server = await Posts.StartAsync(
            [.. PostsUnderTest.Modules, new ListeningModule(heard)],
            _ => { }
        );
        var author = await server.RegisterAsync("author");
        var reader = await server.RegisterAsync("reader");
        var third = await server.RegisterAsync("third");
        async Task<System.Text.Json.Nodes.JsonNode> SendAsync(string method, string path, object? body, Person person)
        {
            var reply = await server.SendAsync(new HttpMethod(method), path, body, person.Token);
            ((int)reply.Status).ShouldBeLessThan(300, reply.Text);
            return reply.Bytes.Length == 0 ? "" : reply.Json;
        }

        var post = await SendAsync(
            "POST",
            "/api/v1/posts",
            new
            {
                title = "Told",
                body = "With @reader and @nobody.",
                draft = true,
            },
            author
        );
        await SendAsync("PATCH", Self(post), new { draft = false }, author);
        await SendAsync("PATCH", Self(post), new { visibility = "private" }, author);
        await SendAsync("PATCH", Self(post), new { visibility = "public" }, author);
        var comment = await SendAsync(
            "POST",
            $"{Self(post)}/comments",
            new { body = "Hello @author and @third" },
            reader
        );
        var answer = await SendAsync(
            "POST",
            $"{Self(post)}/comments",
            new { body = "!", parent = (Guid)comment["id"]! },
            author
        );
        await SendAsync("DELETE", Self(answer), null, author);
        // Who is answered and may not read the post any more hears nothing of what it is called by now.
        await SendAsync("PATCH", Self(post), new { visibility = "followers", title = "Secret" }, author);
        var late = await SendAsync(
            "POST",
            $"{Self(post)}/comments",
            new { body = "?", parent = (Guid)comment["id"]! },
            author
        );
        await SendAsync("PATCH", Self(post), new { visibility = "public", title = "Told" }, author);
        await SendAsync("PUT", $"/api/v1/authors/{author.Id}/follow", null, third);
        await SendAsync("DELETE", Self(post), null, author);

        var (p, c, a) = ((Guid)post["id"]!, (Guid)comment["id"]!, (Guid)answer["id"]!);
        string[] expected =
        [
            $"published {p} {author.Id}",
            $"mentioned {reader.Id} by {author.Id} {p} ",
            $"removed {p} {author.Id}",
            $"restored {p} {author.Id}",
            $"comment {c} {p} {reader.Id} {author.Id}  ",
            $"mentioned {author.Id} by {reader.Id} {p} {c}",
            $"mentioned {third.Id} by {reader.Id} {p} {c}",
            $"comment {a} {p} {author.Id} {author.Id} {c} {reader.Id}",
            $"comment {(Guid)late["id"]!} {p} {author.Id} {author.Id} {c} {reader.Id}",
            $"followed {author.Id} {third.Id}",
            $"removed {p} {author.Id}",
            $"wanted posts.mention {reader.Id} {p} {author.Id} Told /posts/{p}",
            $"wanted posts.comment {author.Id} {c} {reader.Id} Told /posts/{p}?comment={c}",
            $"wanted posts.mention {author.Id} {c} {reader.Id} Told /posts/{p}?comment={c}",
            $"wanted posts.mention {third.Id} {c} {reader.Id} Told /posts/{p}?comment={c}",
            $"wanted posts.comment {reader.Id} {a} {author.Id} Told /posts/{p}?comment={a}",
            $"settled posts.comment {reader.Id} {a}",
            $"wanted posts.follow {author.Id} {third.Id} {third.Id}  /posts?author={third.Id}",
        ];
        await Eventually.HoldsAsync(() => heard.Events.Count >= expected.Length);
        heard.Events.ShouldBe(expected, ignoreOrder: true);
        heard
            .Events.Where(e => e.Contains(p.ToString(), StringComparison.Ordinal) && e[0] is 'p' or 'r')
            .ShouldBe([expected[0], expected[2], expected[3], expected[10]]);
    }

    [Fact]
    public async Task While_accounts_are_away_authors_are_called_as_they_were_last()
    {
        var away = new Away();
        await using var server = await Posts.StartAsync(
            PostsUnderTest.Modules,
            services =>
            {
                var there = services.Last(s => s.ServiceType == typeof(IAccountDirectory)).ImplementationType!;
                services.Replace(
                    ServiceDescriptor.Singleton<IAccountDirectory>(provider => new DirectoryThatGoesAway(
                        (IAccountDirectory)ActivatorUtilities.CreateInstance(provider, there),
                        away
                    ))
                );
            }
        );
        var author = await server.RegisterAsync("author");
        (await server.SendAsync(HttpMethod.Patch, "/api/v1/me", new { displayName = "The Author" }, author.Token)).Must(
            HttpStatusCode.OK
        );
        var body = new { title = "Named", body = "For @author" };
        (await server.SendAsync(HttpMethod.Post, "/api/v1/posts", body, author.Token)).Must(HttpStatusCode.Created);

        away.IsAway = true;
        var listed = (await server.SendAsync(HttpMethod.Get, "/api/v1/posts", null, author.Token))
            .Must(HttpStatusCode.OK)
            .Items[0]!;
        ((string)listed["author"]!["displayName"]!).ShouldBe("The Author");
        (await server.SendAsync(HttpMethod.Post, "/api/v1/posts", body, author.Token)).Must(HttpStatusCode.Created);
    }

    private sealed class Away
    {
        public bool IsAway { get; set; }
    }

    /// <summary>The directory, which cannot be reached for a while, as one of another process.</summary>
    private sealed class DirectoryThatGoesAway(IAccountDirectory there, Away away) : IAccountDirectory
    {
        private IAccountDirectory There =>
            away.IsAway ? throw new DatabaseUnavailableException("Accounts are away.", TimeSpan.FromSeconds(1)) : there;

        public Task<IReadOnlyDictionary<Guid, AccountSummary>> FindAsync(
            IReadOnlyCollection<Guid> ids,
            CancellationToken ct
        ) => There.FindAsync(ids, ct);

        public Task<AccountSummary?> FindByUsernameAsync(string username, CancellationToken ct) =>
            There.FindByUsernameAsync(username, ct);

        public string? FindFault(string username) => There.FindFault(username);

        public Task<Provisioning> ProvisionAsync(IReadOnlyList<string> usernames, Guid actor, CancellationToken ct) =>
            There.ProvisionAsync(usernames, actor, ct);

        public Task<Provisioning> ProvisionAsync(IReadOnlyList<NewAccount> accounts, CancellationToken ct) =>
            There.ProvisionAsync(accounts, ct);

        public Task<AccountCreation> CreateAsync(string username, string password, Guid actor, CancellationToken ct) =>
            There.CreateAsync(username, password, actor, ct);

        public Task WithdrawAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct) => There.WithdrawAsync(ids, ct);
    }

    /// <summary>What reached the listening module.</summary>
    private sealed class Heard
    {
        public ConcurrentQueue<string> Events { get; } = [];

        public Task Add(string text)
        {
            Events.Enqueue(text);
            return Task.CompletedTask;
        }
    }

    private sealed class ListeningModule(Heard heard) : IModule
    {
        public string Name => "listening";

        public void AddServices(IServiceCollection services, IConfiguration configuration)
        {
            services.AddSingleton(heard);
            services.AddModuleDatabase<ListeningModule>(Name);
            services.AddEventHandler<ListeningModule, PostPublished, Listener>();
            services.AddEventHandler<ListeningModule, PostRemoved, Listener>();
            services.AddEventHandler<ListeningModule, PostRestored, Listener>();
            services.AddEventHandler<ListeningModule, CommentWritten, Listener>();
            services.AddEventHandler<ListeningModule, PersonMentioned, Listener>();
            services.AddEventHandler<ListeningModule, AuthorFollowed, Listener>();
            services.AddEventHandler<ListeningModule, NotificationWanted, Listener>();
            services.AddEventHandler<ListeningModule, NotificationSettled, Listener>();
        }

        public void MapRoutes(IEndpointRouteBuilder routes) { }
    }

    private sealed class Listener(Heard heard)
        : IEventHandler<PostPublished>,
            IEventHandler<PostRemoved>,
            IEventHandler<PostRestored>,
            IEventHandler<CommentWritten>,
            IEventHandler<PersonMentioned>,
            IEventHandler<AuthorFollowed>,
            IEventHandler<NotificationWanted>,
            IEventHandler<NotificationSettled>
    {
        public Task Handle(EventContext<PostPublished> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add($"published {context.Event.PostId} {context.Event.AuthorId}");

        public Task Handle(EventContext<PostRemoved> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add($"removed {context.Event.PostId} {context.Event.AuthorId}");

        public Task Handle(EventContext<PostRestored> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add($"restored {context.Event.PostId} {context.Event.AuthorId}");

        public Task Handle(EventContext<CommentWritten> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add(
                $"comment {context.Event.CommentId} {context.Event.PostId} {context.Event.AuthorId} {context.Event.PostAuthorId} {context.Event.ParentId} {context.Event.ParentAuthorId}"
            );

        public Task Handle(EventContext<PersonMentioned> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add(
                $"mentioned {context.Event.AccountId} by {context.Event.AuthorId} {context.Event.PostId} {context.Event.CommentId}"
            );

        public Task Handle(EventContext<AuthorFollowed> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add($"followed {context.Event.AuthorId} {context.Event.FollowerId}");

        public Task Handle(EventContext<NotificationWanted> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add(
                $"wanted {context.Event.Kind} {context.Event.Recipient} {context.Event.DedupKey} {context.Event.People!["author"]} {context.Event.Data.GetValueOrDefault("title")} {context.Event.Data["url"]}"
            );

        public Task Handle(EventContext<NotificationSettled> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add($"settled {context.Event.Kind} {context.Event.Recipient} {context.Event.DedupKey}");
    }
}

public sealed class TellingOthers_on_sqlite(SqlitePosts posts) : TellingOthers(posts), IClassFixture<SqlitePosts>;

public sealed class TellingOthers_on_postgres(PostgresPosts posts) : TellingOthers(posts), IClassFixture<PostgresPosts>;
