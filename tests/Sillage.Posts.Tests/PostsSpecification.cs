using System.Text.Json.Nodes;

namespace Sillage.Posts.Tests;

/// <summary>What every test of posts needs: requests, and posts to make them on.</summary>
public abstract class PostsSpecification(PostsUnderTest posts)
{
    protected PostsUnderTest Posts => posts;

    protected SillageServer Server => posts.Server;

    protected Person Author => posts.Author;

    protected Person Reader => posts.Reader;

    protected Person Administrator => posts.Administrator;

    protected Task<Person> NewPersonAsync() => Server.RegisterAsync(posts.NewName());

    protected Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        object? body = null,
        Person? person = null,
        params (string Name, string Value)[] headers
    ) => Server.SendAsync(method, path, body, (person ?? Author).Token, headers);

    protected Task<Answer> GetAsync(string path, Person? person = null) =>
        SendAsync(HttpMethod.Get, path, null, person);

    protected Task<Answer> PostAsync(string path, object? body = null, Person? person = null) =>
        SendAsync(HttpMethod.Post, path, body, person);

    protected Task<Answer> PutAsync(string path, object? body = null, Person? person = null) =>
        SendAsync(HttpMethod.Put, path, body, person);

    protected Task<Answer> PatchAsync(string path, object? body = null, Person? person = null) =>
        SendAsync(HttpMethod.Patch, path, body, person);

    protected Task<Answer> DeleteAsync(string path, Person? person = null) =>
        SendAsync(HttpMethod.Delete, path, null, person);

    /// <summary>A post of the author's, or of somebody else's.</summary>
    protected async Task<JsonNode> WriteAsync(object post, Person? person = null) =>
        (await PostAsync("/api/v1/posts", post, person)).Must(HttpStatusCode.Created).Json;

    /// <summary>A post with this title.</summary>
    protected Task<JsonNode> WriteAsync(
        string title,
        string visibility = "public",
        Person? person = null,
        params string[] tags
    ) =>
        WriteAsync(
            new
            {
                title,
                body = $"About {title}.",
                visibility,
                tags,
            },
            person
        );

    /// <summary>A comment on a post.</summary>
    protected async Task<JsonNode> CommentAsync(
        JsonNode post,
        string body,
        Person? person = null,
        JsonNode? parent = null
    ) =>
        (
            await PostAsync(
                $"{Self(post)}/comments",
                parent is null ? new { body } : new { body, parent = (Guid)parent["id"]! },
                person
            )
        )
            .Must(HttpStatusCode.Created)
            .Json;

    protected static string Self(JsonNode resource) => (string)resource["links"]!["self"]!;

    protected static string[] Titles(Answer list) =>
        [.. list.Must(HttpStatusCode.OK).Items.Select(item => (string)item!["title"]!)];

    /// <summary>Waits until the person's profile shows these counts.</summary>
    protected async Task CountsBecomeAsync(Person person, long posts, long followers)
    {
        var seen = "";
        try
        {
            await Eventually.HoldsAsync(async () =>
            {
                var me = (await GetAsync("/api/v1/me", person)).Must(HttpStatusCode.OK).Json;
                seen = $"{me["postCount"]} {me["followerCount"]}";
                return seen == $"{posts} {followers}";
            });
        }
        catch (TimeoutException)
        {
            seen.ShouldBe($"{posts} {followers}");
        }
    }
}
