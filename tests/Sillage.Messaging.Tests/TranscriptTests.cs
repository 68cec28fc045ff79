using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Sillage.Messaging.Tests;

/// <summary>
/// What clients send for which there is no program here: Dart, Java, Swift, C++ and Unity, by how each of them connects. After that all
/// say the same: they join <c>/chat</c>, send a message twice under one name, and catch up.
/// </summary>
public sealed class TranscriptTests(SqliteMessaging messaging)
    : MessagingSpecification(messaging),
        IClassFixture<SqliteMessaging>
{
    [Theory]
    [InlineData("Dart 3", "EIO=4&transport=websocket", "User-Agent: Dart/3.9 (dart:io)")]
    [InlineData("C++ 3", "EIO=4&transport=websocket&t=1764525600", "User-Agent: WebSocket++/0.8.2")]
    [InlineData("Unity, which begins to poll first and leaves it", "EIO=4&transport=websocket", "", true)]
    public async Task By_a_WebSocket_alone(string client, string query, string header, bool pollsFirst = false)
    {
        if (pollsFirst)
        {
            (await PollAsync(query.Replace("websocket", "polling", StringComparison.Ordinal))).ShouldStartWith("0{");
        }

        using var socket = await OpenAsync(query, header);
        (await ReadAsync(socket)).ShouldStartWith("0{", customMessage: client);
        await TalkAsync(socket);
    }

    [Theory]
    [InlineData("Java 2", "EIO=4&transport=polling&t=PvR1b2c")]
    [InlineData("Swift 16.1", "transport=polling&b64=1&EIO=4")]
    public async Task By_polling_and_then_a_WebSocket(string client, string query)
    {
        var person = await NewPersonAsync();
        var handshake = await PollAsync(query);
        handshake.ShouldStartWith("0{", customMessage: client);
        var sid = JsonDocument.Parse(handshake[1..]).RootElement.GetProperty("sid").GetString();
        using var http = new HttpClient { BaseAddress = Server.Address };
        using var joined = await http.PostAsync(
            $"/socket.io/?{query}&sid={sid}",
            new StringContent($"40/chat,{{\"token\":\"{person.AccessToken}\"}}", Encoding.UTF8, "text/plain")
        );
        (await joined.Content.ReadAsStringAsync()).ShouldBe("ok");
        (await PollAsync($"{query}&sid={sid}")).ShouldStartWith("40/chat,{\"sid\":");

        var upgrade = query.Replace("polling", "websocket", StringComparison.Ordinal);
        using var socket = await OpenAsync($"{upgrade}&sid={sid}", "");
        await SendAsync(socket, "2probe");
        (await ReadAsync(socket)).ShouldBe("3probe");
        await SendAsync(socket, "5");
        await TalkAsync(socket, person);
    }

    private async Task TalkAsync(ClientWebSocket socket, Person? joined = null)
    {
        var person = joined ?? await NewPersonAsync();
        var room = await NewRoomAsync(person);
        if (joined is null)
        {
            await SendAsync(socket, $"40/chat,{{\"token\":\"{person.AccessToken}\"}}");
            (await ReadAsync(socket)).ShouldStartWith("40/chat,{\"sid\":");
        }

        var message = $"[\"message:send\",{{\"room\":\"{IdOf(room)}\",\"clientId\":\"c-1\",\"text\":\"Hello\"}}]";
        await SendAsync(socket, $"42/chat,0{message}");
        var first = await AckAsync(socket, 0);
        first.GetProperty("seq").GetInt64().ShouldBe(1);
        await SendAsync(socket, $"42/chat,1{message}");
        (await AckAsync(socket, 1)).ToString().ShouldBe(first.ToString());
        await SendAsync(socket, "42/chat,2[\"sync\",{\"rooms\":{}}]");
        (await AckAsync(socket, 2)).GetProperty("rooms")[0].GetProperty("room").GetString().ShouldBe(IdOf(room));
        await SendAsync(socket, "41/chat,");
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private async Task<string> PollAsync(string query)
    {
        using var http = new HttpClient { BaseAddress = Server.Address };
        return await http.GetStringAsync($"/socket.io/?{query}");
    }

    private async Task<ClientWebSocket> OpenAsync(string query, string header)
    {
        var socket = new ClientWebSocket();
        if (header.Split(": ") is [var name, var value])
        {
            socket.Options.SetRequestHeader(name, value);
        }

        var address = new UriBuilder(new Uri(Server.Address, $"/socket.io/?{query}")) { Scheme = "ws" };
        await socket.ConnectAsync(address.Uri, CancellationToken.None);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string packet) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(packet), WebSocketMessageType.Text, true, CancellationToken.None);

    private static async Task<JsonElement> AckAsync(ClientWebSocket socket, int id)
    {
        var begin = $"43/chat,{id}[";
        while (true)
        {
            var packet = await ReadAsync(socket);
            if (packet.StartsWith(begin, StringComparison.Ordinal))
            {
                return JsonDocument.Parse(packet[(begin.Length - 1)..]).RootElement[0];
            }
        }
    }

    private static async Task<string> ReadAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            read.MessageType.ShouldBe(WebSocketMessageType.Text);
            message.Write(buffer.AsSpan(0, read.Count));
            if (read.EndOfMessage)
            {
                return Encoding.UTF8.GetString(message.ToArray());
            }
        }
    }
}
