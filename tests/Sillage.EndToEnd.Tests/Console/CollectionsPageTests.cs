using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Console;

/// <summary>The page of collections in Chromium, against the real server.</summary>
public sealed class CollectionsPageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Somebody_declares_fills_changes_and_tries_a_collection()
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            new Dictionary<string, string>(ApiClient.AdministratorSettings)
            {
                ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            }
        );
        using var admin = await ApiClient.LogInAsync(server);
        await admin.PostAsync("/api/v1/auth/register", new { username = "student-1", password = ApiClient.Password });
        var pictures = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "collections"));
        await ConsoleScript.RunAsync("collections.mjs", server, new { ApiClient.Password }, pictures.FullName);
    }
}
