using System.Text.Json.Nodes;

namespace Sillage.Posts.Tests;

/// <summary>A person reads, corrects and erases what posts know of him.</summary>
public abstract class PersonalDataOfPosts(PostsUnderTest posts) : PostsSpecification(posts)
{
    [Fact]
    public async Task A_person_gets_all_that_is_kept_and_corrects_it()
    {
        var person = await NewPersonAsync();
        var other = await NewPersonAsync();
        var (post, theirs) = await LiveAsync(person, other);

        var data = (await GetAsync("/api/v1/me/data", person)).Must(HttpStatusCode.OK).Json["posts"]!;
        data["posts"]!.AsArray().Count.ShouldBe(3);
        data["postRevisions"]!.AsArray().Count.ShouldBe(1);
        foreach (
            var member in new[]
            {
                "comments",
                "reactions",
                "bookmarks",
                "followedAuthors",
                "followedTags",
                "reports",
                "bans",
            }
        )
        {
            data[member]!.AsArray().Count.ShouldBe(1, member);
        }

        ((long)data["followers"]!).ShouldBe(1);
        theirs.ShouldNotBeNull();

        var patch = new JsonObject
        {
            ["posts"] = new JsonObject
            {
                ["posts"] = new JsonObject { [(string)post["id"]!] = new JsonObject { ["body"] = "Put right." } },
            },
        };
        (await PatchAsync("/api/v1/me/data", patch, person)).Must(HttpStatusCode.NoContent);
        ((string)(await GetAsync(Self(post), person)).Json["body"]!).ShouldBe("Put right.");
        (await PatchAsync("/api/v1/me/data", patch, other)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("anonymise")]
    [InlineData("destroy")]
    public async Task What_is_left_of_somebody_erased_names_nobody(string form)
    {
        var person = await NewPersonAsync();
        var other = await NewPersonAsync();
        var (post, theirs) = await LiveAsync(person, other);
        await CountsBecomeAsync(other, 1, 1);

        var erased = await SendAsync(HttpMethod.Delete, $"/api/v1/me?form={form}", null, person);
        erased.Status.ShouldBe(HttpStatusCode.OK);

        await Eventually.HoldsAsync(async () => await CountLeftAsync(person) == 0);
        await CountsBecomeAsync(other, 1, 0);
        var comments = (await GetAsync($"{Self(theirs)}/comments", other)).Items;
        comments.Count.ShouldBe(2);
        comments[0]!["author"].ShouldBeNull();
        ((string?)comments[0]!["body"]).ShouldBe(form == "anonymise" ? "Mine, answered" : null);
        var read = await GetAsync(Self(post), other);
        read.Status.ShouldBe(form == "anonymise" ? HttpStatusCode.OK : HttpStatusCode.NotFound);
        if (form == "anonymise")
        {
            read.Json["author"].ShouldBeNull();
        }

        var left = await Posts.Database.ReadAsync(
            r =>
                r.ScalarAsync<long>(
                    "SELECT COUNT(*) FROM post WHERE title IN ('Only mine', 'For followers') AND author IS NULL"
                ),
            default
        );
        left.ShouldBe(0);
        var tag = await GetAsync("/api/v1/tags/" + person.Username, other);
        if (form == "anonymise")
        {
            ((long)tag.Must(HttpStatusCode.OK).Json["posts"]!).ShouldBe(1);
        }
        else
        {
            tag.Status.ShouldBe(HttpStatusCode.NotFound);
        }

        async Task<long> CountLeftAsync(Person who) =>
            await Posts.Database.ReadAsync(
                r =>
                    r.ScalarAsync<long>(
                        """
                        SELECT (SELECT COUNT(*) FROM post WHERE author = @Id) + (SELECT COUNT(*) FROM comment WHERE author = @Id)
                          + (SELECT COUNT(*) FROM reaction WHERE account = @Id) + (SELECT COUNT(*) FROM bookmark WHERE account = @Id)
                          + (SELECT COUNT(*) FROM author_follow WHERE follower = @Id OR author = @Id)
                          + (SELECT COUNT(*) FROM tag_follow WHERE follower = @Id) + (SELECT COUNT(*) FROM author_count WHERE author = @Id)
                          + (SELECT COUNT(*) FROM author_name WHERE account = @Id) + (SELECT COUNT(*) FROM report WHERE reporter = @Id)
                          + (SELECT COUNT(*) FROM ban WHERE account = @Id)
                        """,
                        new { who.Id }
                    ),
                default
            );
    }

    // One of each that a person can leave behind.
    private async Task<(JsonNode Own, JsonNode Theirs)> LiveAsync(Person person, Person other)
    {
        var tags = new[] { person.Username };
        var own = await WriteAsync(
            new
            {
                title = "Read by all",
                body = "One",
                tags,
            },
            person
        );
        await WriteAsync("Only mine", "private", person);
        await WriteAsync("For followers", "followers", person);
        (await PatchAsync(Self(own), new { body = "Two" }, person)).Must(HttpStatusCode.OK);
        var theirs = await WriteAsync("Of another", "public", other, "erased-other");
        var comment = await CommentAsync(theirs, "Mine, answered", person);
        await CommentAsync(theirs, "The answer", other, comment);
        (await PutAsync($"{Self(theirs)}/reactions/like", null, person)).Must(HttpStatusCode.OK);
        (await PutAsync($"{Self(theirs)}/bookmark", null, person)).Must(HttpStatusCode.NoContent);
        (await PutAsync($"/api/v1/authors/{other.Id}/follow", null, person)).Must(HttpStatusCode.NoContent);
        (await PutAsync($"/api/v1/authors/{person.Id}/follow", null, other)).Must(HttpStatusCode.NoContent);
        (await PutAsync("/api/v1/tags/erased-other/follow", null, person)).Must(HttpStatusCode.NoContent);
        (await PostAsync($"{Self(theirs)}/reports", new { reason = "other" }, person)).Must(HttpStatusCode.Created);
        (await PutAsync($"/api/v1/posting-bans/{person.Id}", new { reason = "For a test." }, Administrator)).Must(
            HttpStatusCode.OK
        );
        return (own, theirs);
    }
}

public sealed class PersonalDataOfPosts_on_sqlite(SqlitePosts posts)
    : PersonalDataOfPosts(posts),
        IClassFixture<SqlitePosts>;

public sealed class PersonalDataOfPosts_on_postgres(PostgresPosts posts)
    : PersonalDataOfPosts(posts),
        IClassFixture<PostgresPosts>;
