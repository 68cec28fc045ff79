namespace Sillage.Posts.Tests;

/// <summary>Reports and what moderators do.</summary>
public abstract class Moderating(PostsUnderTest posts) : PostsSpecification(posts)
{
    [Fact]
    public async Task A_report_goes_into_the_queue_and_its_settlement_hides_what_it_is_about()
    {
        var post = await WriteAsync("Buy oars now", "public", null, "adverts");
        var report = new { reason = "spam", note = "An advertisement." };
        var made = (await PostAsync($"{Self(post)}/reports", report, Reader)).Must(HttpStatusCode.Created).Json;
        var again = (await PostAsync($"{Self(post)}/reports", report, Reader)).Must(HttpStatusCode.Created).Json;
        ((Guid)again["id"]!).ShouldBe((Guid)made["id"]!);
        (await GetAsync("/api/v1/post-reports", Reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync(Self(made), Author)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(Self(made), Reader)).Must(HttpStatusCode.OK);
        var queue = (await GetAsync("/api/v1/post-reports?limit=1000", Administrator)).Items;
        queue.Select(r => (Guid)r!["id"]!).ShouldContain((Guid)made["id"]!);

        var settlement = (string)made["links"]!["settlement"]!;
        var settled = (await PostAsync(settlement, new { outcome = "hidden" }, Administrator))
            .Must(HttpStatusCode.OK)
            .Json;

        ((string)settled["outcome"]!).ShouldBe("hidden");
        (await PostAsync(settlement, new { outcome = "dismissed" }, Administrator)).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
        (await GetAsync(Self(post), Reader)).Status.ShouldBe(HttpStatusCode.NotFound);
        ((bool)(await GetAsync(Self(post), Author)).Must(HttpStatusCode.OK).Json["hidden"]!).ShouldBeTrue();
        Titles(await GetAsync("/api/v1/posts?mine=hidden")).ShouldContain("Buy oars now");
        Titles(await GetAsync("/api/v1/posts?q=oars", Reader)).ShouldBeEmpty();
        // What no post has that all can read is no tag to others.
        (await GetAsync("/api/v1/tags/adverts")).Status.ShouldBe(HttpStatusCode.NotFound);

        (await DeleteAsync($"{Self(post)}/hiding", Administrator)).Must(HttpStatusCode.NoContent);
        (await GetAsync(Self(post), Reader)).Must(HttpStatusCode.OK);
        var trail = (await GetAsync($"/api/v1/audit?subject={post["id"]}", Administrator)).Items;
        trail.Select(row => (string)row!["action"]!).ShouldBe(["post.shown", "post.hidden"]);
    }

    [Fact]
    public async Task A_hidden_comment_keeps_its_place_and_says_nothing_to_others()
    {
        var post = await WriteAsync("With a bad comment");
        var comment = await CommentAsync(post, "nasty", Reader);
        (await PostAsync($"{Self(comment)}/reports", new { reason = "abuse" }, Author)).Must(HttpStatusCode.Created);
        (await PutAsync($"{Self(comment)}/hiding", new { reason = "abuse" }, Author)).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await PutAsync($"{Self(comment)}/hiding", new { reason = "abuse" }, Administrator)).Must(HttpStatusCode.OK);
        (await GetAsync($"{Self(post)}/comments", Author)).Items[0]!["body"].ShouldBeNull();
        ((string)(await GetAsync($"{Self(post)}/comments", Reader)).Items[0]!["body"]!).ShouldBe("nasty");
        (await DeleteAsync($"{Self(comment)}/hiding", Administrator)).Must(HttpStatusCode.NoContent);
        ((string)(await GetAsync($"{Self(post)}/comments", Author)).Items[0]!["body"]!).ShouldBe("nasty");
    }

    [Fact]
    public async Task A_locked_post_takes_neither_comments_nor_changes()
    {
        var post = await WriteAsync("Heated");
        var comment = await CommentAsync(post, "before", Reader);
        (await PutAsync($"{Self(post)}/lock", new { reason = "abuse" }, Administrator)).Must(HttpStatusCode.OK);
        (await PostAsync($"{Self(post)}/comments", new { body = "?" }, Reader)).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
        (await PatchAsync(Self(comment), new { body = "?" }, Reader)).Status.ShouldBe(HttpStatusCode.Conflict);
        (await PatchAsync(Self(post), new { body = "?" })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await DeleteAsync($"{Self(post)}/lock", Administrator)).Must(HttpStatusCode.NoContent);
        await CommentAsync(post, "after", Reader);
    }

    [Fact]
    public async Task What_is_to_be_published_while_its_author_is_banned_stays_a_draft()
    {
        var person = await NewPersonAsync();
        var post = await WriteAsync(
            new
            {
                title = "In two seconds",
                body = "…",
                publishAt = Posts.Clock.GetUtcNow().AddSeconds(2),
            },
            person
        );
        (await PutAsync($"/api/v1/posting-bans/{person.Id}", new { reason = "Advertises." }, Administrator)).Must(
            HttpStatusCode.OK
        );

        await Eventually.HoldsAsync(async () =>
            (string)(await GetAsync(Self(post), person)).Must(HttpStatusCode.OK).Json["state"]! != "scheduled"
        );

        ((string)(await GetAsync(Self(post), person)).Json["state"]!).ShouldBe("draft");
        (await GetAsync(Self(post), Reader)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Whoever_is_banned_reads_and_writes_nothing_until_it_ends()
    {
        var person = await NewPersonAsync();
        var post = await WriteAsync("Before the ban", "public", person);
        var other = await WriteAsync("Of somebody else");
        var ban = $"/api/v1/posting-bans/{person.Id}";
        (await PutAsync(ban, new { reason = "Advertises." }, Reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PutAsync(ban, new { reason = "Advertises." }, Administrator)).Must(HttpStatusCode.OK);

        (await PostAsync("/api/v1/posts", new { title = "t", body = "b" }, person)).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await PatchAsync(Self(post), new { body = "b" }, person)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync($"{Self(other)}/comments", new { body = "b" }, person)).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await GetAsync(Self(other), person)).Must(HttpStatusCode.OK);
        (await GetAsync("/api/v1/posting-bans", Administrator))
            .Items.Select(b => (Guid)b!["account"]!)
            .ShouldContain(person.Id);

        (await DeleteAsync(ban, Administrator)).Must(HttpStatusCode.NoContent);
        (await DeleteAsync(ban, Administrator)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PatchAsync(Self(post), new { body = "b" }, person)).Must(HttpStatusCode.OK);
        (
            await PutAsync(
                ban,
                new { reason = "For a while.", until = Posts.Clock.GetUtcNow().AddMinutes(-1) },
                Administrator
            )
        ).Must(HttpStatusCode.OK);
        await CommentAsync(other, "It is over", person);
    }
}

public sealed class Moderating_on_sqlite(SqlitePosts posts) : Moderating(posts), IClassFixture<SqlitePosts>;

public sealed class Moderating_on_postgres(PostgresPosts posts) : Moderating(posts), IClassFixture<PostgresPosts>;
