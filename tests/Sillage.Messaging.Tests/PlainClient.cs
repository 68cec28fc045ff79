using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sillage.Specifications;

namespace Sillage.Messaging.Tests;

/// <summary>A client without Socket.IO: a WebSocket of the framework at <c>/api/v1/live</c>, and JSON.</summary>
public sealed class PlainClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentQueue<JsonNode> _heard = new();
    private Task _reading = Task.CompletedTask;

    public IReadOnlyList<JsonNode> Heard => [.. _heard];

    public WebSocketCloseStatus? Closed => _socket.CloseStatus;

    /// <summary>Opens a connection and says nothing yet.</summary>
    public static async Task<PlainClient> OpenAsync(SillageServer server, params (string Name, string Value)[] headers)
    {
        var client = new PlainClient();
        foreach (var (name, value) in headers)
        {
            client._socket.Options.SetRequestHeader(name, value);
        }

        var address = new UriBuilder(new Uri(server.Address, "/api/v1/live")) { Scheme = "ws" };
        await client._socket.ConnectAsync(address.Uri, CancellationToken.None);
        client._reading = Task.Run(client.ReadAsync);
        return client;
    }

    public static async Task<PlainClient> JoinAsync(SillageServer server, Person person)
    {
        var client = await OpenAsync(server);
        await client.SayAsync(new { join = "/chat", token = person.AccessToken });
        await client.WaitAsync(message => (string?)message["joined"] == "/chat");
        return client;
    }

    public Task SayAsync(object message) => SayRawAsync(JsonSerializer.Serialize(message));

    public Task SayRawAsync(string message, WebSocketMessageType type = WebSocketMessageType.Text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(message), type, true, CancellationToken.None);

    /// <summary>Sends an event and gives what answers it.</summary>
    public async Task<JsonNode> AskAsync(string name, object data, int id)
    {
        await SayAsync(
            new
            {
                @event = name,
                data,
                id,
            }
        );
        return await WaitAsync(message => (int?)message["id"] == id);
    }

    public async Task<JsonNode> WaitAsync(Func<JsonNode, bool> fits)
    {
        await Eventually.HoldsAsync(() => Heard.Any(fits), $"heard {string.Join('\n', Heard)}");
        return Heard.First(fits);
    }

    public Task EndAsync() => _reading.WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        await _reading;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                using var message = new MemoryStream();
                ValueWebSocketReceiveResult read;
                do
                {
                    read = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                    await message.WriteAsync(buffer.AsMemory(0, read.Count));
                } while (!read.EndOfMessage);

                if (read.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                _heard.Enqueue(JsonNode.Parse(message.ToArray())!);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It is gone.
        }
    }
}
