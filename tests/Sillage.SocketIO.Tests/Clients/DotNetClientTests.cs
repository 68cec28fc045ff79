using Shouldly;
using Xunit;
using Client = SocketIOClient.SocketIO;

namespace Sillage.SocketIO.Tests.Clients;

/// <summary>The client that .NET programs have, NuGet's SocketIOClient.</summary>
public sealed class DotNetClientTests
{
    [Theory]
    [InlineData(SocketIOClient.Transport.TransportProtocol.WebSocket)]
    [InlineData(SocketIOClient.Transport.TransportProtocol.Polling)]
    public async Task SocketIOClient_3(SocketIOClient.Transport.TransportProtocol transport)
    {
        await using var server = await TestServer.StartAsync(io =>
        {
            ConnectTests.Echo(io);
            io.On("ask-me", (ClientSocket s, int n) => s.EmitWithAckAsync<int>("question", n));
        });
        using var client = new Client(
            server.Address,
            new SocketIOClient.SocketIOOptions
            {
                Transport = transport,
                AutoUpgrade = false,
                Reconnection = false,
                Auth = new Dictionary<string, string> { ["token"] = "player-1" },
            }
        );
        var auth = Next(client, "auth");
        await client.ConnectAsync();
        (await auth.WaitAsync(Soon)).ToString().ShouldBe("""[{"token":"player-1"}]""");

        var back = Next(client, "message-back");
        await client.EmitAsync("message", 1, "é😀", new byte[] { 1, 2, 3 });
        var echo = await back.WaitAsync(Soon);
        echo.GetValue<int>(0).ShouldBe(1);
        echo.GetValue<string>(1).ShouldBe("é😀");
        echo.GetValue<byte[]>(2).ShouldBe([1, 2, 3]);

        var ack = new TaskCompletionSource<string>();
        await client.EmitAsync("message-with-ack", response => ack.SetResult(response.GetValue<string>()), "a");
        (await ack.Task.WaitAsync(Soon)).ShouldBe("a");

        client.On("question", question => _ = question.CallbackAsync(question.GetValue<int>() * 2));
        var doubled = new TaskCompletionSource<int>();
        await client.EmitAsync("ask-me", response => doubled.SetResult(response.GetValue<int>()), 21);
        (await doubled.Task.WaitAsync(Soon)).ShouldBe(42);
        await client.DisconnectAsync();
    }

    private static TimeSpan Soon => TimeSpan.FromSeconds(10);

    private static Task<SocketIOClient.SocketIOResponse> Next(Client client, string name)
    {
        var next = new TaskCompletionSource<SocketIOClient.SocketIOResponse>();
        client.On(name, response => next.TrySetResult(response));
        return next.Task;
    }
}
