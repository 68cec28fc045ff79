namespace Sillage.Posts.Tests;

/// <summary>Reactions, bookmarks, follows and the feed.</summary>
public abstract class FollowingAndMarking(PostsUnderTest posts) : PostsSpecification(posts)
{
    [Fact]
    public async Task Reactions_count_once_a_person_and_kind()
    {
        var post = await WriteAsync("Liked");
        foreach (var person in new[] { Reader, Reader, Author })
        {
            (await PutAsync($"{Self(post)}/reactions/like", null, person)).Must(HttpStatusCode.OK);
        }

        (await PutAsync($"{Self(post)}/reactions/wow", null, Reader)).Must(HttpStatusCode.OK);
        (await PutAsync($"{Self(post)}/reactions/grumble", null, Reader)).Status.ShouldBe(HttpStatusCode.NotFound);
        var seen = (await GetAsync($"{Self(post)}/reactions", Reader)).Json;
        seen["counts"]!.ToJsonString().ShouldBe("""{"like":2,"wow":1}""");
        seen["mine"]!.ToJsonString().ShouldBe("""["like","wow"]""");

        (await DeleteAsync($"{Self(post)}/reactions/like", Reader)).Must(HttpStatusCode.NoContent);
        (await GetAsync($"{Self(post)}/reactions", Reader)).Json["counts"]!
            .ToJsonString()
            .ShouldBe("""{"like":1,"wow":1}""");
    }

    [Fact]
    public async Task Kept_posts_are_ones_own_and_hide_what_may_not_be_read_any_more()
    {
        var person = await NewPersonAsync();
        var first = await WriteAsync("Kept 1");
        var second = await WriteAsync("Kept 2");
        foreach (var post in new[] { first, second, second })
        {
            (await PutAsync($"{Self(post)}/bookmark", null, person)).Must(HttpStatusCode.NoContent);
        }

        ((bool)(await GetAsync($"{Self(first)}/bookmark", person)).Json["kept"]!).ShouldBeTrue();
        ((bool)(await GetAsync($"{Self(first)}/bookmark", await NewPersonAsync())).Json["kept"]!).ShouldBeFalse();

        Titles(await GetAsync("/api/v1/bookmarks", person)).ShouldBe(["Kept 2", "Kept 1"]);
        Titles(await GetAsync("/api/v1/bookmarks", await NewPersonAsync())).ShouldBeEmpty();
        await PatchAsync(Self(second), new { visibility = "private" });
        Titles(await GetAsync("/api/v1/bookmarks", person)).ShouldBe(["Kept 1"]);
        (await DeleteAsync($"{Self(first)}/bookmark", person)).Must(HttpStatusCode.NoContent);
        Titles(await GetAsync("/api/v1/bookmarks", person)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public async Task The_feed_is_made_of_authors_and_tags_by_both_its_roads(int otherFollows)
    {
        var person = await NewPersonAsync();
        var (one, other) = (await NewPersonAsync(), await NewPersonAsync());
        var tag = "feed-" + otherFollows;
        await WriteAsync($"Before {tag}", "public", one);
        await WriteAsync($"Tagged {tag}", "public", other, tag, "more");
        await WriteAsync($"Not followed {tag}", "public", other);
        await WriteAsync($"For followers {tag}", "followers", one, tag);
        await WriteAsync($"Private {tag}", "private", one);
        (await PutAsync($"/api/v1/authors/{one.Id}/follow", null, person)).Must(HttpStatusCode.NoContent);
        (await PutAsync($"/api/v1/tags/{tag}/follow", null, person)).Must(HttpStatusCode.NoContent);
        (await PutAsync("/api/v1/tags/no-such-tag/follow", null, person)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PutAsync($"/api/v1/authors/{Guid.CreateVersion7()}/follow", null, person)).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
        await Posts.Database.WriteAsync(
            async unit =>
            {
                for (var i = 0; i < otherFollows; i++)
                {
                    var follow = new { Follower = person.Id, Author = Guid.CreateVersion7() };
                    await unit.ExecuteAsync(
                        "INSERT INTO author_follow (follower, author) VALUES (@Follower, @Author)",
                        follow
                    );
                }

                return true;
            },
            default
        );

        var first = await GetAsync("/api/v1/feed?limit=2", person);
        var second = await GetAsync((string)first.Json["next"]!, person);
        Titles(first).Concat(Titles(second)).ShouldBe([$"For followers {tag}", $"Tagged {tag}", $"Before {tag}"]);
        (await GetAsync("/api/v1/follows/tags", person)).Items.Select(t => (string)t!["key"]!).ShouldBe([tag]);
        (await GetAsync("/api/v1/follows/authors?limit=1000", person)).Items.Count.ShouldBe(1 + otherFollows);

        ((bool)(await GetAsync($"/api/v1/authors/{one.Id}/follow", person)).Json["follows"]!).ShouldBeTrue();
        (await DeleteAsync($"/api/v1/authors/{one.Id}/follow", person)).Must(HttpStatusCode.NoContent);
        ((bool)(await GetAsync($"/api/v1/authors/{one.Id}/follow", person)).Json["follows"]!).ShouldBeFalse();
        (await DeleteAsync($"/api/v1/tags/{tag}/follow", person)).Must(HttpStatusCode.NoContent);
        Titles(await GetAsync("/api/v1/feed", person)).ShouldBeEmpty();
    }
}

public sealed class FollowingAndMarking_on_sqlite(SqlitePosts posts)
    : FollowingAndMarking(posts),
        IClassFixture<SqlitePosts>;

public sealed class FollowingAndMarking_on_postgres(PostgresPosts posts)
    : FollowingAndMarking(posts),
        IClassFixture<PostgresPosts>;
