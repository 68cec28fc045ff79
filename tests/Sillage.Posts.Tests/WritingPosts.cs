using Microsoft.Extensions.DependencyInjection;
using Sillage.Storage;

namespace Sillage.Posts.Tests;

/// <summary>From a draft to a published post, to its removal and back.</summary>
public abstract class WritingPosts(PostsUnderTest posts) : PostsSpecification(posts)
{
    [Fact]
    public async Task Nobody_writes_more_than_people_read()
    {
        await using var server = await Posts.StartAsync(
            ("Limits:RateLimits:Enabled", "true"),
            ("Posts:WriteBurst", "3"),
            ("Posts:WritesPerMinute", "0.1")
        );
        var author = await server.RegisterAsync("author");
        Task<Answer> AsAuthorAsync(HttpMethod method, string path, object body) =>
            server.SendAsync(method, path, body, author.Token);

        var made = await AsAuthorAsync(HttpMethod.Post, "/api/v1/posts", new { title = "One", body = "1" });
        var post = (string)made.Must(HttpStatusCode.Created).Json["links"]!["self"]!;
        (await AsAuthorAsync(HttpMethod.Post, $"{post}/comments", new { body = "2" })).Must(HttpStatusCode.Created);
        (await AsAuthorAsync(HttpMethod.Patch, post, new { body = "3" })).Must(HttpStatusCode.OK);

        (await AsAuthorAsync(HttpMethod.Patch, post, new { body = "4" })).Status.ShouldBe(
            HttpStatusCode.TooManyRequests
        );
        var refused = await AsAuthorAsync(HttpMethod.Post, "/api/v1/posts", new { title = "Two", body = "5" });
        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Header("Retry-After").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_text_is_seen_as_it_would_be_shown_and_nothing_is_stored()
    {
        var seen = await PostAsync("/api/v1/posts/preview", new { body = "*Lake* <b>x</b>" });
        ((string)seen.Must(HttpStatusCode.OK).Json["html"]!).ShouldBe("<p><em>Lake</em> &lt;b&gt;x&lt;/b&gt;</p>");
        (await PostAsync("/api/v1/posts/preview", new { body = "" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        // No name is taken from posts by it.
        (await GetAsync("/api/v1/posts/preview")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_post_is_shown_with_its_markdown_as_safe_html_and_its_author()
    {
        var post = await WriteAsync(
            new
            {
                title = "Été à Genève",
                body = "Four of *us*. <script>alert(1)</script> [x](javascript:alert(1))",
                tags = new[] { "Lac Léman", "LAC LEMAN", "ｒｏｗｉｎｇ" },
            }
        );

        ((string)post["slug"]!).ShouldStartWith("ete-a-geneve");
        ((string)post["html"]!).ShouldContain("<em>us</em>");
        ((string)post["html"]!).ShouldNotContain("<script");
        ((string)post["html"]!).ShouldNotContain("href=\"javascript");
        ((string)post["body"]!).ShouldContain("<script>");
        ((string)post["author"]!["username"]!).ShouldBe("author");
        post["tags"]!.AsArray().Select(tag => (string)tag!).ShouldBe(["Lac Léman", "ｒｏｗｉｎｇ"]);
        ((string)post["state"]!).ShouldBe("published");
        (await GetAsync(Self(post), Reader)).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_draft_is_its_authors_until_it_is_published()
    {
        var draft = await WriteAsync(
            new
            {
                title = "Not yet",
                body = "…",
                draft = true,
            }
        );
        (await GetAsync(Self(draft), Reader)).Status.ShouldBe(HttpStatusCode.NotFound);
        Titles(await GetAsync("/api/v1/posts?mine=drafts")).ShouldContain("Not yet");
        Titles(await GetAsync("/api/v1/posts", Reader)).ShouldNotContain("Not yet");

        var published = (await PatchAsync(Self(draft), new { draft = false })).Must(HttpStatusCode.OK).Json;

        ((string)published["state"]!).ShouldBe("published");
        published["publishedAt"].ShouldNotBeNull();
        Titles(await GetAsync("/api/v1/posts", Reader)).ShouldContain("Not yet");
        (await PatchAsync(Self(draft), new { draft = true })).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_slug_stays_valid_when_the_title_changes_and_two_of_one_title_differ()
    {
        var first = await WriteAsync("The same title");
        var second = await WriteAsync("The same title");
        var old = (string)first["slug"]!;
        ((string)second["slug"]!).ShouldNotBe(old);

        var changed = (await PatchAsync(Self(first), new { title = "Another title" })).Must(HttpStatusCode.OK).Json;

        ((string)changed["slug"]!).ShouldBe("another-title");
        foreach (var slug in new[] { old, "another-title" })
        {
            ((Guid)(await GetAsync($"/api/v1/posts/{slug}", Reader)).Must(HttpStatusCode.OK).Json["id"]!).ShouldBe(
                (Guid)first["id"]!
            );
        }

        ((Guid)(await GetAsync($"/api/v1/posts/{second["slug"]}")).Json["id"]!).ShouldBe((Guid)second["id"]!);
        var back = (await PatchAsync(Self(first), new { title = "The same title" })).Must(HttpStatusCode.OK).Json;
        ((string)back["slug"]!).ShouldBe(old);
    }

    [Fact]
    public async Task Visibility_says_who_reads()
    {
        var author = await NewPersonAsync();
        var follower = await NewPersonAsync();
        (await PutAsync($"/api/v1/authors/{author.Id}/follow", null, follower)).Must(HttpStatusCode.NoContent);
        var seen = new List<string>();
        foreach (var visibility in new[] { "public", "members", "followers", "private" })
        {
            var post = await WriteAsync($"For {visibility}", visibility, author);
            foreach (
                var (who, person) in new[]
                {
                    ("author", author),
                    ("follower", follower),
                    ("reader", Reader),
                    ("moderator", Administrator),
                }
            )
            {
                var read = (await GetAsync(Self(post), person)).Status == HttpStatusCode.OK;
                var listed = Titles(await GetAsync($"/api/v1/posts?author={author.Username}", person))
                    .Contains($"For {visibility}");
                var found = Titles(await GetAsync($"/api/v1/posts?q=\"for {visibility}\"", person)).Length > 0;
                read.ShouldBe(listed, $"{visibility} {who}");
                read.ShouldBe(found, $"{visibility} {who}");
                if (read)
                {
                    seen.Add($"{visibility} {who}");
                }
            }
        }

        seen.ShouldBe([
            "public author",
            "public follower",
            "public reader",
            "public moderator",
            "members author",
            "members follower",
            "members reader",
            "members moderator",
            "followers author",
            "followers follower",
            "followers moderator",
            "private author",
        ]);
    }

    [Fact]
    public async Task Without_an_account_public_posts_are_read_only_where_the_setting_says_so()
    {
        (await Server.SendAsync(HttpMethod.Get, "/api/v1/posts")).Status.ShouldBe(HttpStatusCode.Unauthorized);

        await using var open = await Posts.StartAsync(("Posts:OpenToAll", "true"));
        var author = await open.RegisterAsync("author");
        var addresses = new List<string>();
        foreach (var visibility in new[] { "public", "members" })
        {
            var made = await open.SendAsync(
                HttpMethod.Post,
                "/api/v1/posts",
                new
                {
                    title = visibility,
                    body = "…",
                    visibility,
                    tags = new[] { "t" },
                },
                author.Token
            );
            addresses.Add(Self(made.Must(HttpStatusCode.Created).Json));
        }

        Titles(await open.SendAsync(HttpMethod.Get, "/api/v1/posts")).ShouldBe(["public"]);
        Titles(await open.SendAsync(HttpMethod.Get, "/api/v1/posts", null, author.Token))
            .ShouldBe(["members", "public"]);
        (await open.SendAsync(HttpMethod.Get, addresses[0])).Status.ShouldBe(HttpStatusCode.OK);
        (await open.SendAsync(HttpMethod.Get, addresses[0] + "/comments")).Status.ShouldBe(HttpStatusCode.OK);
        (await open.SendAsync(HttpMethod.Get, addresses[1])).Status.ShouldBe(HttpStatusCode.NotFound);
        (await open.SendAsync(HttpMethod.Get, addresses[1], null, author.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await open.SendAsync(HttpMethod.Get, "/api/v1/tags/t")).Status.ShouldBe(HttpStatusCode.OK);
        (await open.SendAsync(HttpMethod.Delete, addresses[0])).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_changed_meanwhile_is_not_overwritten()
    {
        var post = await WriteAsync("Twice edited");
        var tag = (await GetAsync(Self(post))).Header("ETag")!;
        (await SendAsync(HttpMethod.Patch, Self(post), new { body = "one" }, Author, ("If-Match", tag))).Must(
            HttpStatusCode.OK
        );

        var late = await SendAsync(HttpMethod.Patch, Self(post), new { body = "two" }, Author, ("If-Match", tag));

        late.Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        ((string)(await GetAsync(Self(post))).Json["body"]!).ShouldBe("one");
        var before = (await GetAsync(Self(post) + "/revisions")).Must(HttpStatusCode.OK).Items.ShouldHaveSingleItem()!;
        ((string)before["body"]!).ShouldBe("About Twice edited.");
        (await GetAsync(Self(post) + "/revisions", Reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_post_sent_twice_with_one_key_is_there_once()
    {
        var key = ("Idempotency-Key", Guid.CreateVersion7().ToString());
        var body = new { title = "Sent twice", body = "…" };
        var first = await SendAsync(HttpMethod.Post, "/api/v1/posts", body, Author, key);
        var second = await SendAsync(HttpMethod.Post, "/api/v1/posts", body, Author, key);

        second.Must(HttpStatusCode.Created).Text.ShouldBe(first.Must(HttpStatusCode.Created).Text);
        Titles(await GetAsync("/api/v1/posts?q=\"sent twice\"")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_deleted_post_comes_back_within_thirty_days_and_not_later()
    {
        var post = await WriteAsync("Deleted and back", "public", null, "undo");
        (await DeleteAsync(Self(post), Reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await DeleteAsync(Self(post))).Must(HttpStatusCode.NoContent);
        (await GetAsync(Self(post), Reader)).Status.ShouldBe(HttpStatusCode.NotFound);
        Titles(await GetAsync("/api/v1/posts?q=deleted")).ShouldBeEmpty();
        Titles(await GetAsync("/api/v1/posts?mine=deleted")).ShouldContain("Deleted and back");

        (await PostAsync(Self(post) + "/restore")).Must(HttpStatusCode.OK);
        Titles(await GetAsync("/api/v1/posts?q=deleted", Reader)).ShouldBe(["Deleted and back"]);
        (await PostAsync(Self(post) + "/restore")).Status.ShouldBe(HttpStatusCode.Conflict);

        (await DeleteAsync(Self(post))).Must(HttpStatusCode.NoContent);
        await RemovalTakesAsync(TimeSpan.FromDays(29));
        (await GetAsync(Self(post))).Status.ShouldBe(HttpStatusCode.OK);
        await RemovalTakesAsync(TimeSpan.FromDays(31));
        (await GetAsync(Self(post))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_post_with_a_time_to_come_is_published_then()
    {
        var at = Posts.Clock.GetUtcNow().AddSeconds(1);
        var post = await WriteAsync(
            new
            {
                title = "In a second",
                body = "…",
                publishAt = at,
            }
        );
        ((string)post["state"]!).ShouldBe("scheduled");
        var later = await WriteAsync(
            new
            {
                title = "Tomorrow",
                body = "…",
                publishAt = at.AddDays(1),
            }
        );

        await Eventually.HoldsAsync(async () => (await GetAsync(Self(post), Reader)).Status == HttpStatusCode.OK);

        (await GetAsync(Self(later), Reader)).Status.ShouldBe(HttpStatusCode.NotFound);
        Titles(await GetAsync("/api/v1/posts?mine=scheduled")).ShouldBe(["Tomorrow"]);
        ((DateTimeOffset)(await GetAsync(Self(post))).Json["publishedAt"]!).ShouldBe(at, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_time_that_is_changed_often_is_one_job_and_the_last_one_counts()
    {
        var now = Posts.Clock.GetUtcNow();
        var post = await WriteAsync(
            new
            {
                title = "Put off",
                body = "…",
                publishAt = now.AddSeconds(1),
            }
        );
        var id = (Guid)post["id"]!;
        for (var i = 0; i < 20; i++)
        {
            (await PatchAsync(Self(post), new { publishAt = now.AddHours(20 - i) })).Must(HttpStatusCode.OK);
        }

        var last = now.AddHours(2);
        (await PatchAsync(Self(post), new { publishAt = last })).Must(HttpStatusCode.OK);
        var database = Server.Services.GetRequiredService<IDatabase<PostsData>>();
        // The first time comes and goes meanwhile: the job waits on.
        await Eventually.HoldsAsync(async () =>
            await database.ReadAsync(
                r =>
                    r.ScalarAsync<long>(
                        "SELECT COUNT(*) FROM sillage_job WHERE arguments LIKE @Like AND due_at > @Soon",
                        new { Like = $"%{id}%", Soon = now.AddHours(1) }
                    ),
                CancellationToken.None
            ) == 1
        );
        (
            await database.ReadAsync(
                r =>
                    r.ScalarAsync<long>(
                        "SELECT COUNT(*) FROM sillage_job WHERE arguments LIKE @Like",
                        new { Like = $"%{id}%" }
                    ),
                CancellationToken.None
            )
        ).ShouldBe(1);
        ((string)(await GetAsync(Self(post))).Json["state"]!).ShouldBe("scheduled");
        (await PatchAsync(Self(post), new { publishAt = Posts.Clock.GetUtcNow().AddSeconds(1) })).Must(
            HttpStatusCode.OK
        );
        await Eventually.HoldsAsync(async () => (await GetAsync(Self(post), Reader)).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_others_cannot_read_shows_in_no_slug_and_no_tag()
    {
        var tag = $"secret {Guid.CreateVersion7():N}"[..20];
        var draft = await WriteAsync(
            new
            {
                title = "A merger of clubs",
                body = "…",
                tags = new[] { tag },
                draft = true,
            }
        );
        ((string)draft["slug"]!).ShouldStartWith("a-merger-of-clubs-");
        var key = Uri.EscapeDataString(tag);
        await IsNoTagAsync();
        // For followers only is not for all.
        var followers = await WriteAsync("A merger of clubs", "followers", null, tag);
        ((string)followers["slug"]!).ShouldStartWith("a-merger-of-clubs-");
        await IsNoTagAsync();

        var others = await WriteAsync("A merger of clubs", "members", Reader);
        ((string)others["slug"]!).ShouldBe("a-merger-of-clubs");

        var open = (await PatchAsync(Self(draft), new { draft = false, visibility = "members" }))
            .Must(HttpStatusCode.OK)
            .Json;
        ((string)open["slug"]!).ShouldStartWith("a-merger-of-clubs-");
        ((long)(await GetAsync($"/api/v1/tags/{key}", Reader)).Must(HttpStatusCode.OK).Json["posts"]!).ShouldBe(1);
        (await PatchAsync(Self(draft), new { visibility = "followers" })).Must(HttpStatusCode.OK);
        await IsNoTagAsync();

        async Task IsNoTagAsync()
        {
            (await GetAsync($"/api/v1/tags/{key}", Reader)).Status.ShouldBe(HttpStatusCode.NotFound);
            (await PutAsync($"/api/v1/tags/{key}/follow", null, Reader)).Status.ShouldBe(HttpStatusCode.NotFound);
            (await GetAsync("/api/v1/tags?limit=1000", Reader)).Text.ShouldNotContain(tag);
        }
    }

    [Fact]
    public async Task A_draft_gets_its_titles_slug_when_all_can_read_it()
    {
        var title = $"Nobody has this {Guid.CreateVersion7():N}";
        var draft = await WriteAsync(
            new
            {
                title,
                body = "…",
                draft = true,
            }
        );
        var before = (string)draft["slug"]!;
        var open = (await PatchAsync(Self(draft), new { draft = false })).Must(HttpStatusCode.OK).Json;
        before.ShouldStartWith((string)open["slug"]! + "-");
        (await GetAsync($"/api/v1/posts/{before}", Reader)).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_list_goes_on_where_it_stopped()
    {
        var author = await NewPersonAsync();
        for (var i = 1; i <= 5; i++)
        {
            await WriteAsync($"Number {i}", "public", author);
        }

        var path = $"/api/v1/posts?limit=2&author={author.Id}";
        var titles = new List<string>();
        while (path.Length > 0)
        {
            var page = await GetAsync(path, Reader);
            titles.AddRange(Titles(page));
            path = (string?)page.Json["next"] ?? "";
        }

        titles.ShouldBe(["Number 5", "Number 4", "Number 3", "Number 2", "Number 1"]);
    }

    [Theory]
    [InlineData("""{"title": "", "body": "b"}""", "/title")]
    [InlineData("""{"title": "two\nlines", "body": "b"}""", "/title")]
    [InlineData("""{"title": "t", "body": "  "}""", "/body")]
    [InlineData("""{"title": "t"}""", "/body")]
    [InlineData("""{"title": "t", "body": "b", "visibility": "friends"}""", "/visibility")]
    [InlineData("""{"title": "t", "body": "b", "tags": ["ok", "!?"]}""", "/tags/1")]
    [InlineData("""{"title": "t", "body": "b", "authorId": "x"}""", "/authorId")]
    public async Task A_bad_post_is_told_what_is_wrong(string body, string pointer)
    {
        var refused = await PostAsync("/api/v1/posts", body);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldContain(pointer);
    }

    // The removal itself, as the hourly job runs it, at a time to come.
    private async Task RemovalTakesAsync(TimeSpan after)
    {
        var parameters = new { Before = Posts.Clock.GetUtcNow() + after - TimeSpan.FromDays(30), Limit = 1000L };
        foreach (var statement in Sillage.Posts.Comments.Removal.Statements)
        {
            await Posts.Database.WriteAsync(unit => unit.ExecuteAsync(statement, parameters), default);
        }
    }
}

public sealed class WritingPosts_on_sqlite(SqlitePosts posts) : WritingPosts(posts), IClassFixture<SqlitePosts>;

public sealed class WritingPosts_on_postgres(PostgresPosts posts) : WritingPosts(posts), IClassFixture<PostgresPosts>;
