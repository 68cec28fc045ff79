using System.Net;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Console;

/// <summary>The chat page in Chromium, against the real server: what people do there, as the scripts beside this file say it.</summary>
public sealed class ChatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Pictures
    {
        get
        {
            var folder = Path.Combine(Repository.Root, "artifacts", "chat");
            Directory.CreateDirectory(folder);
            return folder;
        }
    }

    [Fact]
    public async Task Two_people_talk_and_a_network_that_is_cut_loses_and_doubles_nothing()
    {
        await using var server = await StartAsync();
        await ConsoleScript.RunAsync("talk.mjs", server, new { ApiClient.Password }, Pictures);
    }

    [Fact]
    public async Task What_people_do_in_a_room_and_those_who_keep_order()
    {
        await using var server = await StartAsync();
        await ConsoleScript.RunAsync("rooms.mjs", server, new { ApiClient.Password }, Pictures);
    }

    [Fact]
    public async Task Those_who_keep_order_see_what_was_reported_and_do_something_about_it()
    {
        await using var server = await StartAsync();
        await ConsoleScript.RunAsync(
            "moderation.mjs",
            server,
            new { ApiClient.Password, ConsoleTests.Hostile },
            Pictures
        );
    }

    [Fact]
    public async Task It_is_fit_for_everybody_in_both_languages_and_takes_no_text_for_markup()
    {
        await using var server = await StartAsync();
        await ConsoleScript.RunAsync(
            "talklooks.mjs",
            server,
            new { ApiClient.Password, ConsoleTests.Hostile },
            Pictures
        );
        ConsoleTests.KeepPicture(Pictures, "chat.png", "chat.png");
    }

    [Fact]
    public async Task Where_there_is_no_messaging_there_is_no_chat_page()
    {
        await using var server = await SillageServer.StartAsync(
            _folder["server"],
            ApiClient.AdministratorSettings,
            "--modules",
            "accounts"
        );
        using var client = server.CreateClient();
        foreach (
            var path in new[] { "/chat", "/chat/boathouse", "/console/assets/chat.js", "/console/assets/chat-en.json" }
        )
        {
            using var reply = await client.GetAsync(path);
            reply.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }

        (await client.GetStringAsync("/console")).ShouldNotContain("/chat");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<SillageServer> StartAsync()
    {
        var server = await SillageServer.StartAsync(
            _folder["server"],
            new Dictionary<string, string>(ApiClient.AdministratorSettings)
            {
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            }
        );
        using var admin = await ApiClient.LogInAsync(server);
        foreach (var username in new[] { "player-1", "player-2", "player-3" })
        {
            await admin.PostAsync(
                "/api/v1/users",
                new
                {
                    username,
                    password = ApiClient.Password,
                    role = "member",
                }
            );
        }

        return server;
    }
}
