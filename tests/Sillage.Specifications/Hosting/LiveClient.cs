using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sillage.Specifications.Hosting;

/// <summary>A client of a namespace of Socket.IO over a bare WebSocket, which shows every packet in the order in which it came.</summary>
public sealed class LiveClient : IAsyncDisposable
{
    private const string Chat = "/chat";

    private readonly string _namespace;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _acks = new();
    private readonly TaskCompletionSource<JsonNode> _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Lock _gate = new();
    private readonly List<(string Name, JsonNode Value)> _heard = [];
    private Task _reading = Task.CompletedTask;
    private int _lastAck;

    private LiveClient(string address) => _namespace = address + ",";

    /// <summary>Everything heard so far, in order.</summary>
    public IReadOnlyList<(string Name, JsonNode Value)> Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    public bool IsOpen => !_reading.IsCompleted;

    public static async Task<LiveClient> ConnectAsync(SillageServer server, Person person, string name = Chat)
    {
        var client = new LiveClient(name);
        var address = new UriBuilder(new Uri(server.Address, "/socket.io/?EIO=4&transport=websocket"))
        {
            Scheme = "ws",
        };
        await client._socket.ConnectAsync(address.Uri, CancellationToken.None);
        client._reading = Task.Run(client.ReadAsync);
        await client.SendAsync("40" + client._namespace + JsonSerializer.Serialize(new { token = person.AccessToken }));
        await client._joined.Task.WaitAsync(TimeSpan.FromSeconds(20));
        if (name == Chat)
        {
            // Hears its rooms from here on, as every client does after its first sync.
            await client.AskAsync("sync", new { rooms = new Dictionary<string, long>() });
        }

        return client;
    }

    /// <summary>Sends an event, and gives what it was acknowledged with.</summary>
    public Task<JsonNode> AskAsync(string name, object value) =>
        AskRawAsync(JsonSerializer.Serialize(new[] { name, value }));

    /// <summary>The same in JSON, which may be such as no program of ours writes.</summary>
    public async Task<JsonNode> AskRawAsync(string json)
    {
        var id = Interlocked.Increment(ref _lastAck);
        var ack = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        _acks[id] = ack;
        await SendAsync($"42{_namespace}{id}{json}");
        return await ack.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>The same where it has to be refused; the code of the refusal.</summary>
    public async Task<string> RefusedAsync(string name, object value)
    {
        var answer = await AskAsync(name, value);
        return (string?)answer["error"]?["data"]?["code"]
            ?? throw new InvalidOperationException($"{name} was not refused with a code: {answer}");
    }

    /// <summary>The values of what was heard under a name.</summary>
    public JsonNode[] Of(string name) => [.. Heard.Where(heard => heard.Name == name).Select(heard => heard.Value)];

    /// <summary>Waits until so many of a kind were heard.</summary>
    public async Task<JsonNode[]> WaitAsync(string name, int count = 1)
    {
        try
        {
            await Eventually.HoldsAsync(() => Of(name).Length >= count, $"{count} {name}");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(
                $"{e.Message}; heard {string.Join(' ', Heard.Select(h => $"{h.Name} {h.Value["seq"]}"))}, open: {IsOpen}",
                e
            );
        }

        return Of(name);
    }

    /// <summary>Waits for one that fits.</summary>
    public async Task<JsonNode> WaitAsync(string name, Func<JsonNode, bool> fits)
    {
        await Eventually.HoldsAsync(() => Of(name).Any(fits), name);
        return Of(name).First(fits);
    }

    /// <summary>Cuts the connection without a word.</summary>
    public void Cut() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task SendAsync(string text)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(
                Encoding.UTF8.GetBytes(text),
                WebSocketMessageType.Text,
                true,
                CancellationToken.None
            );
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await ReceiveAsync() is { } text)
            {
                await OnPacketAsync(text);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut, by either side.
        }
        finally
        {
            foreach (var ack in _acks.Values)
            {
                ack.TrySetException(new IOException("The connection has ended."));
            }

            _joined.TrySetException(new IOException("The connection has ended."));
        }
    }

    private async Task<string?> ReceiveAsync()
    {
        var buffer = new byte[16 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(buffer.AsSpan(0, received.Count));
            if (received.EndOfMessage)
            {
                return Encoding.UTF8.GetString(message.ToArray());
            }
        }
    }

    private async Task OnPacketAsync(string text)
    {
        if (text == "2")
        {
            await SendAsync("3");
            return;
        }

        var kind = text[..2];
        var rest =
            text.Length > 2 + _namespace.Length && text[2..].StartsWith(_namespace, StringComparison.Ordinal)
                ? text[(2 + _namespace.Length)..]
                : "";
        switch (kind)
        {
            case "40":
                _joined.TrySetResult(JsonNode.Parse(rest)!);
                break;
            case "44":
                _joined.TrySetException(new InvalidOperationException(text));
                break;
            case "42":
                var heard = JsonNode.Parse(rest)!.AsArray();
                lock (_gate)
                {
                    _heard.Add(((string)heard[0]!, heard[1]!));
                }

                break;
            case "43":
                var start = rest.IndexOf('[', StringComparison.Ordinal);
                var id = int.Parse(rest[..start], System.Globalization.CultureInfo.InvariantCulture);
                if (_acks.TryRemove(id, out var ack))
                {
                    ack.TrySetResult(JsonNode.Parse(rest[start..])!.AsArray()[0]!);
                }

                break;
        }
    }
}
