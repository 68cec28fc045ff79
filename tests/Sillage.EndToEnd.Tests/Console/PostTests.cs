using Shouldly;
using Sillage.EndToEnd.Tests.Kit;
using Sillage.Notifications.Tests;

namespace Sillage.EndToEnd.Tests.Console;

/// <summary>
/// The pages of posts, notifications and mail in Chromium, against the real server and a real mail server: what people do there, as the scripts
/// beside this file say it.
/// </summary>
public sealed class PostTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly MailServer _mail = MailServer.Start();

    private static string Pictures
    {
        get
        {
            var folder = Path.Combine(Repository.Root, "artifacts", "posts");
            Directory.CreateDirectory(folder);
            return folder;
        }
    }

    [Fact]
    public async Task People_write_find_answer_and_are_told_and_moderators_keep_order()
    {
        await using var server = await StartAsync();
        await ConsoleScript.RunAsync("posts.mjs", server, new { ApiClient.Password }, Pictures);
    }

    [Fact]
    public async Task People_choose_how_they_are_told_and_administrators_see_what_became_of_mails()
    {
        await using var server = await StartAsync();
        await ConsoleScript.RunAsync("mail.mjs", server, new { ApiClient.Password }, Pictures);
        _mail.Taken.Select(message => message.Subject).ShouldContain("Player One commented on “A quiet morning”");
    }

    [Fact]
    public async Task They_are_fit_for_everybody_in_both_languages_and_take_no_text_for_markup()
    {
        await using var server = await StartAsync();
        await ConsoleScript.RunAsync(
            "postlooks.mjs",
            server,
            new { ApiClient.Password, ConsoleTests.Hostile },
            Pictures
        );
        ConsoleTests.KeepPicture(Pictures, "posts.png", "posts.png");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _mail.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<SillageServer> StartAsync()
    {
        var server = await SillageServer.StartAsync(
            _folder["server"],
            new Dictionary<string, string>(ApiClient.AdministratorSettings)
            {
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
                ["SILLAGE_NOTIFICATIONS__SMTP"] = _mail.Setting,
                ["SILLAGE_NOTIFICATIONS__SMTPWITHOUTTLS"] = "true",
            }
        );
        using var admin = await ApiClient.LogInAsync(server);
        await admin.PatchAsync("/api/v1/me", new { email = "admin@example.org" });
        foreach (
            var (username, role) in new[]
            {
                ("player-1", "member"),
                ("player-2", "member"),
                ("hostile", "member"),
                ("researcher", "researcher"),
            }
        )
        {
            await admin.PostAsync(
                "/api/v1/users",
                new
                {
                    username,
                    password = ApiClient.Password,
                    role,
                }
            );
        }

        using var researcher = await ApiClient.LogInAsync(server, "researcher");
        await researcher.MakeStudyAsync("java-quest", 1, "Java quest");
        return server;
    }
}
