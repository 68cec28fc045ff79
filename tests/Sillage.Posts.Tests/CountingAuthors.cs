using Microsoft.Extensions.DependencyInjection;
using Sillage.Accounts;
using Sillage.Posts.Content;
using Sillage.Posts.Contracts;
using Sillage.Storage;

namespace Sillage.Posts.Tests;

/// <summary>The counts on a profile follow the posts exactly, and a recount proves it.</summary>
public abstract class CountingAuthors(PostsUnderTest posts) : PostsSpecification(posts)
{
    [Fact]
    public async Task Counts_follow_every_change_of_a_post_and_every_follower()
    {
        var author = await NewPersonAsync();
        var post = await WriteAsync("Counted", "public", author);
        await CountsBecomeAsync(author, 1, 0);
        await WriteAsync(
            new
            {
                title = "Draft",
                body = "…",
                draft = true,
            },
            author
        );
        await WriteAsync("Private", "private", author);
        await WriteAsync("Also counted", "followers", author);
        await CountsBecomeAsync(author, 2, 0);

        (await DeleteAsync(Self(post), author)).Must(HttpStatusCode.NoContent);
        await CountsBecomeAsync(author, 1, 0);
        (await DeleteAsync(Self(post), author)).Must(HttpStatusCode.NoContent);
        (await PostAsync(Self(post) + "/restore", null, author)).Must(HttpStatusCode.OK);
        await CountsBecomeAsync(author, 2, 0);
        (await PatchAsync(Self(post), new { visibility = "private" }, author)).Must(HttpStatusCode.OK);
        await CountsBecomeAsync(author, 1, 0);
        (await PatchAsync(Self(post), new { visibility = "members" }, author)).Must(HttpStatusCode.OK);
        await CountsBecomeAsync(author, 2, 0);

        var follow = $"/api/v1/authors/{author.Id}/follow";
        (await PutAsync(follow, null, Reader)).Must(HttpStatusCode.NoContent);
        (await PutAsync(follow, null, Reader)).Must(HttpStatusCode.NoContent);
        (await PutAsync(follow, null, Administrator)).Must(HttpStatusCode.NoContent);
        await CountsBecomeAsync(author, 2, 2);
        (await DeleteAsync(follow, Reader)).Must(HttpStatusCode.NoContent);
        (await DeleteAsync(follow, Reader)).Must(HttpStatusCode.NoContent);
        await CountsBecomeAsync(author, 2, 1);
        (await PutAsync(follow, null, author)).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Many_posts_at_once_are_all_counted()
    {
        var author = await NewPersonAsync();
        await Task.WhenAll(
            Enumerable.Range(0, 30).Select(i => WriteAsync($"At once {i % 3}", "public", author, "crowd"))
        );
        await CountsBecomeAsync(author, 30, 0);
        ((long)(await GetAsync("/api/v1/tags/crowd")).Json["posts"]!).ShouldBe(30);
    }

    [Fact]
    public async Task An_event_that_comes_late_changes_nothing_and_a_recount_puts_right_what_is_wrong()
    {
        var author = await NewPersonAsync();
        await WriteAsync("First", "public", author);
        await WriteAsync("Second", "public", author);
        await CountsBecomeAsync(author, 2, 0);

        // An older count, delivered after the newer one.
        await Posts.Database.WriteAsync(
            async unit =>
            {
                await unit.PublishAsync(new AuthorCounted(author.Id, 1, 0, 1));
                await unit.PublishAsync(new AuthorFollowed(author.Id, Reader.Id));
                return true;
            },
            default
        );
        await WriteAsync("Third", "public", author);
        await CountsBecomeAsync(author, 3, 0);

        // Somebody's hand in both databases.
        await Posts.Database.WriteAsync(
            unit => unit.ExecuteAsync("UPDATE author_count SET posts = 17 WHERE author = @Id", new { author.Id }),
            default
        );
        var accounts = Server.Services.GetRequiredService<IDatabase<AccountsData>>();
        await accounts.WriteAsync(
            unit =>
                unit.ExecuteAsync(
                    "UPDATE account SET post_count = 99, follower_count = 9 WHERE id = @Id",
                    new { author.Id }
                ),
            default
        );
        async Task<bool> RecountAsync() =>
            await Posts.Database.WriteAsync(
                unit => AuthorCounts.RecountAsync(unit, author.Id, Posts.Clock.GetUtcNow(), default),
                default
            );
        (await RecountAsync()).ShouldBeTrue();
        await CountsBecomeAsync(author, 3, 0);
        (await RecountAsync()).ShouldBeFalse();
        await CountsBecomeAsync(author, 3, 0);
    }

    [Fact]
    public async Task Whoever_is_signed_in_sees_the_public_profile_and_no_address()
    {
        var author = await NewPersonAsync();
        (await PatchAsync("/api/v1/me", new { email = "someone@example.org", displayName = "Some One" }, author)).Must(
            HttpStatusCode.OK
        );
        await WriteAsync("On the profile", "public", author);
        await CountsBecomeAsync(author, 1, 0);

        var seen = (await GetAsync($"/api/v1/users/{author.Id}", Reader)).Must(HttpStatusCode.OK).Json.AsObject();
        seen.Select(member => member.Key)
            .ShouldBe(["id", "username", "displayName", "postCount", "followerCount", "links"]);
        ((long)seen["postCount"]!).ShouldBe(1);
        var whole = (await GetAsync($"/api/v1/users/{author.Id}", Administrator)).Json;
        ((string)whole["email"]!).ShouldBe("someone@example.org");
        ((long)whole["postCount"]!).ShouldBe(1);
        (await Server.SendAsync(HttpMethod.Get, $"/api/v1/users/{author.Id}")).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }
}

public sealed class CountingAuthors_on_sqlite(SqlitePosts posts) : CountingAuthors(posts), IClassFixture<SqlitePosts>;

public sealed class CountingAuthors_on_postgres(PostgresPosts posts)
    : CountingAuthors(posts),
        IClassFixture<PostgresPosts>;
