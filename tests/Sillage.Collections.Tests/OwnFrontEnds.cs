namespace Sillage.Collections.Tests;

/// <summary>What of the data folder is given as a front end, and what is not.</summary>
public sealed class OwnFrontEnds(SqliteCollections collections)
    : CollectionsSpecification(collections),
        IClassFixture<SqliteCollections>
{
    [Fact]
    public async Task Nothing_is_given_from_outside_of_the_folder_or_below_a_dot()
    {
        var apps = Path.Combine(Server.DataFolder, "apps");
        var own = Directory.CreateDirectory(Path.Combine(apps, "mine")).FullName;
        var outside = Directory.CreateTempSubdirectory("sillage-outside-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(own, "sub"));
            Directory.CreateDirectory(Path.Combine(own, ".git"));
            foreach (
                var file in new[]
                {
                    Path.Combine(own, "index.html"),
                    Path.Combine(own, "sub", "a.js"),
                    Path.Combine(own, "unknown.bin"),
                    Path.Combine(own, ".git", "config.txt"),
                    Path.Combine(own, ".hidden.txt"),
                    Path.Combine(apps, "top.txt"),
                    Path.Combine(outside, "secret.txt"),
                }
            )
            {
                await File.WriteAllTextAsync(file, "kept apart");
            }

            File.CreateSymbolicLink(Path.Combine(own, "link.txt"), Path.Combine(outside, "secret.txt"));
            Directory.CreateSymbolicLink(Path.Combine(own, "there"), outside);

            foreach (var (path, type) in new[] { ("", "text/html"), ("sub/a.js", "text/javascript") })
            {
                var found = (await Server.SendAsync(HttpMethod.Get, "/apps/mine/" + path)).Must(HttpStatusCode.OK);
                found.ContentType.ShouldStartWith(type);
                found.Header("X-Content-Type-Options").ShouldBe("nosniff");
                found.Header("Content-Security-Policy")!.ShouldContain("script-src 'self'");
            }

            foreach (
                var path in new[]
                {
                    "link.txt",
                    "there/secret.txt",
                    ".git/config.txt",
                    ".hidden.txt",
                    "unknown.bin",
                    "..%2ftop.txt",
                    "sub/..%2f..%2ftop.txt",
                    "..%5ctop.txt",
                    "%2e%2e%2ftop.txt",
                    "/etc/hostname.txt",
                    "sub",
                }
            )
            {
                var refused = await Server.SendAsync(HttpMethod.Get, "/apps/mine/" + path);
                refused.Status.ShouldBe(HttpStatusCode.NotFound, path);
                refused.Text.ShouldNotContain("kept apart");
            }
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }
}
