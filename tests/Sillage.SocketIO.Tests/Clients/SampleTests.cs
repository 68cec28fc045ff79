using Shouldly;
using Xunit;

namespace Sillage.SocketIO.Tests.Clients;

/// <summary>The samples as a newcomer runs them.</summary>
public sealed class SampleTests
{
    [Theory]
    [InlineData("own")]
    [InlineData("socket.io-client")]
    public async Task The_chat_works_in_a_browser_whose_network_is_cut_and_given_back(string client)
    {
        await using var chat = await Sample.StartAsync("SocketIOChat", "--urls", "http://127.0.0.1:0");
        await ClientTests.RunAsync(
            "node",
            ClientTests.Script("chat-page.mjs"),
            chat.Address,
            ClientTests.NodeTools,
            Browser(),
            client
        );
    }

    [Fact]
    public async Task The_echo_takes_its_flags()
    {
        await using var echo = await Sample.StartAsync(
            "SocketIOEcho",
            "--port",
            "0",
            "--ping-interval",
            "30000",
            "--ping-timeout=20000",
            "--max-http-buffer-size",
            "1000000",
            "--connect-timeout",
            "1000"
        );
        using var http = new HttpClient();
        foreach (var path in new[] { "engine.io", "socket.io" })
        {
            var open = await http.GetStringAsync($"{echo.Address}/{path}/?EIO=4&transport=polling");
            open.ShouldContain(
                ""","upgrades":["websocket"],"pingInterval":30000,"pingTimeout":20000,"maxPayload":1000000}"""
            );
        }

        await using var client = await WebSocketClient.ConnectAsync(
            echo.Address,
            "/socket.io/?EIO=4&transport=websocket"
        );
        await client.TextAsync();
        await client.SendAsync("40/custom");
        (await client.TextAsync()).ShouldStartWith("40/custom,{");
        (await client.TextAsync()).ShouldBe("""42/custom,["auth",{}]""");
    }

    private static string Browser() =>
        new[] { "chromium", "chromium-browser", "google-chrome" }
            .Select(name => Path.Combine("/usr/bin", name))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("No Chromium is installed; ./test installs it.");
}
