using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sillage.SocketIO.Backplane;

namespace Sillage.Redis.SocketIO;

/// <summary>
/// Questions between processes, in the words of Node's adapter: each is published on <c>PREFIX-request#NAMESPACE#</c>, each
/// answer on <c>PREFIX-response#NAMESPACE#</c> with the question's id. How many will answer is how many subscribe to the channel
/// of requests.
/// </summary>
/// <param name="id">This process.</param>
/// <param name="prefix">What the names of channels begin with.</param>
/// <param name="publish">Publishes on a channel.</param>
/// <param name="countSubscribers">How many processes subscribe to a channel, this one included.</param>
internal sealed class RedisRequests(
    string id,
    string prefix,
    Func<string, byte[], ValueTask> publish,
    Func<string, Task<long>> countSubscribers
)
{
    // As Node's adapter has it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Action<ClusterMessage>> _waiting = new(StringComparer.Ordinal);

    private enum Kind
    {
        Sockets = 0,
        AllRooms = 1,
        Join = 2,
        Leave = 3,
        Disconnect = 4,
        Fetch = 5,
        ServerSideEmit = 6,
        Broadcast = 7,
        ClientCount = 8,
        Acknowledgement = 9,
    }

    public string RequestChannel(string @namespace) => $"{prefix}-request#{@namespace}#";

    public ValueTask JoinAsync(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
        TellAsync(@namespace, Kind.Join, new JsonObject { ["opts"] = Options(target), ["rooms"] = Array(rooms) });

    public ValueTask LeaveAsync(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
        TellAsync(@namespace, Kind.Leave, new JsonObject { ["opts"] = Options(target), ["rooms"] = Array(rooms) });

    public ValueTask DisconnectAsync(string @namespace, BackplaneTarget target, bool close) =>
        TellAsync(@namespace, Kind.Disconnect, new JsonObject { ["opts"] = Options(target), ["close"] = close });

    public ValueTask ServerSideEmitAsync(string @namespace, BackplaneEvent message) =>
        TellAsync(
            @namespace,
            Kind.ServerSideEmit,
            new JsonObject { ["data"] = JsonNode.Parse(message.Arguments.Span) }
        );

    public async Task<IReadOnlyList<BackplaneSocket>> FetchSocketsAsync(
        string @namespace,
        BackplaneTarget target,
        CancellationToken cancellation
    )
    {
        var answers = await AskAsync(
            @namespace,
            Kind.Fetch,
            new JsonObject { ["opts"] = Options(target) },
            answer => answer.Root.TryGetProperty("sockets", out var sockets) ? sockets : null,
            cancellation
        );
        return [.. answers.SelectMany(sockets => sockets.EnumerateArray()).Select(Socket)];
    }

    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ServerSideEmitWithAckAsync(
        string @namespace,
        BackplaneEvent message,
        CancellationToken cancellation
    )
    {
        var answers = await AskAsync(
            @namespace,
            Kind.ServerSideEmit,
            new JsonObject { ["data"] = JsonNode.Parse(message.Arguments.Span) },
            answer => answer.Root.TryGetProperty("data", out var data) ? data : Null,
            cancellation
        );
        return [.. answers.Select(a => (ReadOnlyMemory<byte>)JsonSerializer.SerializeToUtf8Bytes(a))];
    }

    public async ValueTask BroadcastWithAckAsync(
        string @namespace,
        BackplaneTarget target,
        BackplaneEvent message,
        TimeSpan timeout,
        IBackplaneAnswers answers
    )
    {
        answers.OnProcesses((int)Math.Max(0, await countSubscribers(RequestChannel(@namespace)) - 1));
        var request = NewId();
        _waiting[request] = answer => OnBroadcastAnswer(answer, answers);
        _ = ForgetAsync(request, timeout);
        await publish(RequestChannel(@namespace), Broadcast(request, @namespace, target, message, timeout));
    }

    /// <summary>Answers a question, or does what it says.</summary>
    public void OnRequest(string channel, byte[] bytes, IBackplaneNode node)
    {
        if (
            ClusterMessage.Read(bytes) is not { } message
            || message.Root.TryGetProperty("uid", out var sender) && sender.ValueEquals(id)
        )
        {
            return;
        }

        var root = message.Root;
        var ns = channel[(prefix.Length + "-request#".Length)..^1];
        var target = root.TryGetProperty("opts", out var options) ? ClusterMessage.Target(options) : default;
        switch ((Kind)root.GetProperty("type").GetInt32())
        {
            case Kind.Join when target.Rooms is not null:
                node.OnJoin(ns, target, ClusterMessage.Strings(root, "rooms"));
                break;
            case Kind.Leave when target.Rooms is not null:
                node.OnLeave(ns, target, ClusterMessage.Strings(root, "rooms"));
                break;
            case Kind.Disconnect when target.Rooms is not null:
                node.OnDisconnect(
                    ns,
                    target,
                    root.TryGetProperty("close", out var close) && close.ValueKind is JsonValueKind.True
                );
                break;
            case Kind.Sockets:
                var named = new BackplaneTarget(ClusterMessage.Strings(root, "rooms"), []);
                Answer(ns, root, "sockets", Array(node.OnFetchSockets(ns, named).Select(s => s.Id)));
                break;
            case Kind.AllRooms:
                Answer(ns, root, "rooms", Array(node.OnFetchRooms(ns)));
                break;
            case Kind.Fetch when target.Rooms is not null:
                var sockets = node.OnFetchSockets(ns, target);
                Answer(ns, root, "sockets", new JsonArray([.. sockets.Select(Describe)]));
                break;
            case Kind.ServerSideEmit:
                _ = AnswerServerSideEmitAsync(ns, message, node);
                break;
            case Kind.Broadcast when target.Rooms is not null:
                OnBroadcast(ns, target, options, message, node);
                break;
        }
    }

    /// <summary>Hands an answer to who asked; answers to other processes are let go.</summary>
    public void OnResponse(byte[] bytes)
    {
        if (
            ClusterMessage.Read(bytes) is { } message
            && message.Root.TryGetProperty("requestId", out var request)
            && request.ValueKind is JsonValueKind.String
            && _waiting.TryGetValue(request.GetString()!, out var waiting)
        )
        {
            waiting(message);
        }
    }

    private static JsonElement Null { get; } = JsonElement.Parse("null"u8);

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    private async ValueTask TellAsync(string @namespace, Kind kind, JsonObject request)
    {
        (request["uid"], request["type"]) = (id, (int)kind);
        await publish(RequestChannel(@namespace), JsonSerializer.SerializeToUtf8Bytes(request));
    }

    /// <summary>Asks every other process and waits for as many answers.</summary>
    private async Task<IReadOnlyList<JsonElement>> AskAsync(
        string @namespace,
        Kind kind,
        JsonObject request,
        Func<ClusterMessage, JsonElement?> read,
        CancellationToken cancellation
    )
    {
        var others = await countSubscribers(RequestChannel(@namespace)) - 1;
        if (others <= 0)
        {
            return [];
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answers = new List<JsonElement>();
        var number = NewId();
        request["requestId"] = number;
        _waiting[number] = message =>
        {
            lock (answers)
            {
                if (read(message) is { } answer)
                {
                    answers.Add(answer);
                }

                if (answers.Count == others)
                {
                    done.TrySetResult();
                }
            }
        };
        try
        {
            await TellAsync(@namespace, kind, request);
            await done.Task.WaitAsync(LongestWait, cancellation);
            return answers;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Not all of {others} other servers answered.", e);
        }
        finally
        {
            _waiting.TryRemove(number, out _);
        }
    }

    private static void OnBroadcastAnswer(ClusterMessage answer, IBackplaneAnswers answers)
    {
        switch ((Kind)answer.Root.GetProperty("type").GetInt32())
        {
            case Kind.ClientCount:
                answers.OnClients(answer.Root.GetProperty("clientCount").GetInt32());
                break;
            case Kind.Acknowledgement:
                // One value, or none at all.
                var value = answer.Root.TryGetProperty("packet", out var packet) ? packet.GetRawText() : "null";
                answers.OnAnswer(
                    new BackplaneEvent(System.Text.Encoding.UTF8.GetBytes($"[{value}]"), answer.Attachments, false)
                );
                break;
        }
    }

    private async Task ForgetAsync(string request, TimeSpan after)
    {
        await Task.Delay(after);
        _waiting.TryRemove(request, out _);
    }

    private byte[] Broadcast(
        string request,
        string @namespace,
        BackplaneTarget target,
        BackplaneEvent message,
        TimeSpan timeout
    )
    {
        var output = new ArrayBufferWriter<byte>(256);
        var writer = new MessagePackWriter(output);
        writer.Map(5);
        writer.String("uid");
        writer.String(id);
        writer.String("requestId");
        writer.String(request);
        writer.String("type");
        writer.Integer((int)Kind.Broadcast);
        writer.String("packet");
        writer.Event(@namespace, message);
        writer.String("opts");
        writer.Map(3);
        writer.Targets(target);
        writer.String("flags");
        writer.Map(1);
        writer.String("timeout");
        writer.Integer((long)timeout.TotalMilliseconds);
        return output.WrittenSpan.ToArray();
    }

    private void OnBroadcast(
        string @namespace,
        BackplaneTarget target,
        JsonElement options,
        ClusterMessage message,
        IBackplaneNode node
    )
    {
        var request = message.Root.GetProperty("requestId").GetString()!;
        var timeout =
            options.TryGetProperty("flags", out var flags)
            && flags.ValueKind is JsonValueKind.Object
            && flags.TryGetProperty("timeout", out var milliseconds)
            && milliseconds.TryGetDouble(out var given)
            && given is > 0 and < int.MaxValue
                ? TimeSpan.FromMilliseconds(given)
                : (TimeSpan?)null;
        node.OnBroadcastWithAck(
            @namespace,
            target,
            message.Event(message.Root.GetProperty("packet").GetProperty("data")),
            timeout,
            clients =>
                Publish(
                    @namespace,
                    JsonSerializer.SerializeToUtf8Bytes(
                        new JsonObject
                        {
                            ["type"] = (int)Kind.ClientCount,
                            ["requestId"] = request,
                            ["clientCount"] = clients,
                        }
                    )
                ),
            answer => Publish(@namespace, Acknowledgement(request, answer))
        );
    }

    /// <summary>Node's adapter passes on one value.</summary>
    private static byte[] Acknowledgement(string request, BackplaneEvent answer)
    {
        var output = new ArrayBufferWriter<byte>(64);
        var writer = new MessagePackWriter(output);
        writer.Map(3);
        writer.String("type");
        writer.Integer((int)Kind.Acknowledgement);
        writer.String("requestId");
        writer.String(request);
        writer.String("packet");
        using var arguments = JsonDocument.Parse(answer.Arguments);
        if (arguments.RootElement.GetArrayLength() > 0)
        {
            writer.Json(arguments.RootElement[0], answer.Attachments);
        }
        else
        {
            writer.Null();
        }

        return output.WrittenSpan.ToArray();
    }

    private async Task AnswerServerSideEmitAsync(string @namespace, ClusterMessage message, IBackplaneNode node)
    {
        var answer = await node.OnServerSideEmitAsync(@namespace, message.Event(message.Root.GetProperty("data")));
        if (answer is { } json && message.Root.TryGetProperty("requestId", out _))
        {
            var reply = new JsonObject { ["type"] = (int)Kind.ServerSideEmit };
            Answer(@namespace, message.Root, "data", JsonNode.Parse(json.Span), reply);
        }
    }

    private void Answer(string @namespace, JsonElement request, string name, JsonNode? value, JsonObject? reply = null)
    {
        reply ??= [];
        reply["requestId"] = request.GetProperty("requestId").GetString();
        reply[name] = value;
        Publish(@namespace, JsonSerializer.SerializeToUtf8Bytes(reply));
    }

    // Published in the order of the calls; nobody waits for an answer to have left.
    private void Publish(string @namespace, byte[] message) =>
        _ = publish($"{prefix}-response#{@namespace}#", message).AsTask();

    private static JsonObject Options(BackplaneTarget target) =>
        new() { ["rooms"] = Array(target.Rooms), ["except"] = Array(target.Except) };

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);

    private static JsonNode Describe(BackplaneSocket socket) =>
        new JsonObject
        {
            ["id"] = socket.Id,
            ["handshake"] = JsonNode.Parse(socket.Handshake.GetRawText()),
            ["rooms"] = Array(socket.Rooms),
            ["data"] = JsonNode.Parse(socket.Data.GetRawText()),
        };

    private static BackplaneSocket Socket(JsonElement socket) =>
        new(
            socket.GetProperty("id").GetString()!,
            ClusterMessage.Strings(socket, "rooms"),
            socket.TryGetProperty("data", out var data) ? data : Null,
            socket.TryGetProperty("handshake", out var handshake) ? handshake : Null
        );
}
