using System.Text.Json.Nodes;

namespace Sillage.Posts.Tests;

/// <summary>Comments and their tree.</summary>
public abstract class Commenting(PostsUnderTest posts) : PostsSpecification(posts)
{
    [Fact]
    public async Task Comments_come_in_the_order_of_the_tree_page_by_page()
    {
        var post = await WriteAsync("A tree");
        var first = await CommentAsync(post, "1", Reader);
        var second = await CommentAsync(post, "2", Reader);
        var answer = await CommentAsync(post, "1.1", Author, first);
        await CommentAsync(post, "2.1", Author, second);
        await CommentAsync(post, "1.2", Author, first);
        await CommentAsync(post, "1.1.1", Reader, answer);

        var (seen, path) = (new List<string>(), $"{Self(post)}/comments?limit=2");
        while (path.Length > 0)
        {
            var page = (await GetAsync(path, Reader)).Must(HttpStatusCode.OK);
            seen.AddRange(page.Items.Select(c => $"{c!["depth"]} {c["body"]} {c["author"]!["username"]}"));
            path = (string?)page.Json["next"] ?? "";
        }

        seen.ShouldBe(["0 1 reader", "1 1.1 author", "2 1.1.1 reader", "1 1.2 author", "0 2 reader", "1 2.1 author"]);
        var listed = (await GetAsync("/api/v1/posts?q=\"a tree\"")).Items[0]!;
        ((long)listed["commentCount"]!).ShouldBe(6);
    }

    [Fact]
    public async Task A_comment_is_changed_deleted_and_restored_by_its_author_and_keeps_its_place()
    {
        var post = await WriteAsync("Changing comments");
        var comment = await CommentAsync(post, "frist", Reader);
        var answer = await CommentAsync(post, "You mean first", Author, comment);
        var address = Self(comment);
        (await PatchAsync(address, new { body = "mine" }, Author)).Status.ShouldBe(HttpStatusCode.Forbidden);

        var changed = (await PatchAsync(address, new { body = "*first*" }, Reader)).Must(HttpStatusCode.OK).Json;
        ((string)changed["html"]!).ShouldContain("<em>first</em>");
        ((string)(await GetAsync(address + "/revisions", Reader)).Items.ShouldHaveSingleItem()!["body"]!).ShouldBe(
            "frist"
        );

        (await DeleteAsync(address, Reader)).Must(HttpStatusCode.NoContent);
        var left = (await GetAsync($"{Self(post)}/comments", Author)).Items;
        left.Count.ShouldBe(2);
        left[0]!["body"].ShouldBeNull();
        left[0]!["author"].ShouldBeNull();
        ((Guid)left[1]!["parent"]!).ShouldBe((Guid)comment["id"]!);
        (await PostAsync($"{Self(post)}/comments", new { body = "late", parent = (Guid)comment["id"]! }))
            .Pointers()
            .ShouldBe(["/parent"]);

        (await PostAsync(address + "/restore", null, Reader)).Must(HttpStatusCode.OK);
        ((string)(await GetAsync(address, Author)).Json["body"]!).ShouldBe("*first*");
        ((long)(await GetAsync("/api/v1/posts?q=\"changing comments\"")).Items[0]!["commentCount"]!).ShouldBe(2);
        answer.ShouldNotBeNull();
    }

    [Fact]
    public async Task What_was_deleted_long_ago_is_gone_and_what_was_answered_says_nothing()
    {
        var post = await WriteAsync("Old comments");
        var answered = await CommentAsync(post, "answered", Reader);
        await CommentAsync(post, "an answer", Author, answered);
        var alone = await CommentAsync(post, "alone", Reader);
        foreach (var comment in new[] { answered, alone })
        {
            (await DeleteAsync(Self(comment), Reader)).Must(HttpStatusCode.NoContent);
        }

        var parameters = new { Before = Posts.Clock.GetUtcNow().AddDays(1), Limit = 1000L };
        foreach (var statement in Sillage.Posts.Comments.Removal.Statements)
        {
            await Posts.Database.WriteAsync(unit => unit.ExecuteAsync(statement, parameters), default);
        }

        (await GetAsync(Self(alone), Reader)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(Self(answered) + "/restore", null, Reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync($"{Self(post)}/comments")).Items.Select(c => (string?)c!["body"]).ShouldBe([null, "an answer"]);
        var bodies = await Posts.Database.ReadAsync(
            r => r.QueryAsync<string>("SELECT body FROM comment WHERE body IN ('answered', 'alone')"),
            default
        );
        bodies.ShouldBeEmpty();
    }

    [Fact]
    public async Task Comments_end_when_the_author_says_so_or_their_time_is_over()
    {
        var post = await WriteAsync("Closing");
        await PatchAsync(Self(post), new { commentsClosed = true });
        (await PostAsync($"{Self(post)}/comments", new { body = "?" }, Reader)).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
        await PatchAsync(
            Self(post),
            new { commentsClosed = false, commentsUntil = Posts.Clock.GetUtcNow().AddMinutes(-1) }
        );
        (await PostAsync($"{Self(post)}/comments", new { body = "?" }, Reader)).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
        await PatchAsync(Self(post), new JsonObject { ["commentsUntil"] = null });
        await CommentAsync(post, "At last", Reader);
    }

    [Theory]
    [InlineData("""{"body": ""}""", "/body")]
    [InlineData("""{"body": " "}""", "/body")]
    [InlineData("""{"body": "x", "parent": "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"}""", "/parent")]
    public async Task A_bad_comment_is_told_what_is_wrong(string body, string pointer)
    {
        var post = await WriteAsync("Bad comments");
        var refused = await PostAsync($"{Self(post)}/comments", body);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldContain(pointer);
    }
}

public sealed class Commenting_on_sqlite(SqlitePosts posts) : Commenting(posts), IClassFixture<SqlitePosts>;

public sealed class Commenting_on_postgres(PostgresPosts posts) : Commenting(posts), IClassFixture<PostgresPosts>;
