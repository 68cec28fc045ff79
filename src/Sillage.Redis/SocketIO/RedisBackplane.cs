using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sillage.SocketIO.Backplane;
using Sillage.SocketIO.Codec;
using StackExchange.Redis;

namespace Sillage.Redis.SocketIO;

/// <summary>
/// The backplane over Redis' publish and subscribe, in the wire format of Node's <c>@socket.io/redis-adapter</c>: servers of
/// both kinds and emitters share a cluster. Redis keeps nothing: what is sent while a process is away is not for it.
/// </summary>
public sealed partial class RedisBackplane : IBackplane, IDisposable
{
    private const int RemoteJoin = 2;
    private const int RemoteLeave = 3;
    private const int RemoteDisconnect = 4;
    private const int Event = 2;

    private readonly ConnectionMultiplexer _redis;
    private readonly ILogger<RedisBackplane> _logger;
    private readonly string _prefix;
    private readonly string _id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private IBackplaneNode? _node;

    /// <summary>Makes a process's end of the cluster.</summary>
    /// <param name="redis">The connection; closed with this.</param>
    /// <param name="logger">Hears of messages that cannot be read.</param>
    /// <param name="key">What the names of channels begin with: <c>socket.io</c>, as Node's adapter has it.</param>
    public RedisBackplane(ConnectionMultiplexer redis, ILogger<RedisBackplane> logger, string key = "socket.io")
    {
        _redis = redis;
        _logger = logger;
        _prefix = key;
    }

    /// <inheritdoc />
    public async ValueTask JoinClusterAsync(IBackplaneNode node, CancellationToken cancellation)
    {
        _node = node;
        var subscriber = _redis.GetSubscriber();
        await subscriber.SubscribeAsync(Pattern("#*"), (channel, message) => OnEvent(message)).WaitAsync(cancellation);
        await subscriber
            .SubscribeAsync(Pattern("-request#*"), (channel, message) => OnRequest(channel, message))
            .WaitAsync(cancellation);
    }

    /// <inheritdoc />
    public async ValueTask LeaveClusterAsync(IBackplaneNode node)
    {
        _node = null;
        var subscriber = _redis.GetSubscriber();
        await subscriber.UnsubscribeAsync(Pattern("#*"));
        await subscriber.UnsubscribeAsync(Pattern("-request#*"));
    }

    /// <inheritdoc />
    public async ValueTask BroadcastAsync(string @namespace, BackplaneTarget target, BackplaneEvent message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var channel = $"{_prefix}#{@namespace}#" + (target.Rooms is [var room] ? room + "#" : "");
        await PublishAsync(channel, Encode(@namespace, target, message));
    }

    /// <inheritdoc />
    public ValueTask JoinAsync(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
        RequestAsync(@namespace, new Request(_id, RemoteJoin, new Options(target.Rooms, target.Except), rooms, null));

    /// <inheritdoc />
    public ValueTask LeaveAsync(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
        RequestAsync(@namespace, new Request(_id, RemoteLeave, new Options(target.Rooms, target.Except), rooms, null));

    /// <inheritdoc />
    public ValueTask DisconnectAsync(string @namespace, BackplaneTarget target, bool close) =>
        RequestAsync(
            @namespace,
            new Request(_id, RemoteDisconnect, new Options(target.Rooms, target.Except), null, close)
        );

    /// <inheritdoc />
    public void Dispose() => _redis.Dispose();

    private RedisChannel Pattern(string suffix) => new(_prefix + suffix, RedisChannel.PatternMode.Pattern);

    private ValueTask RequestAsync(string @namespace, Request request) =>
        PublishAsync(
            $"{_prefix}-request#{@namespace}#",
            JsonSerializer.SerializeToUtf8Bytes(request, JsonSerializerOptions.Web)
        );

    private async ValueTask PublishAsync(string channel, byte[] message) =>
        await _redis.GetSubscriber().PublishAsync(new RedisChannel(channel, RedisChannel.PatternMode.Literal), message);

    /// <summary><c>[sender, {type, data, nsp}, {rooms, except, flags}]</c></summary>
    private byte[] Encode(string @namespace, BackplaneTarget target, BackplaneEvent message)
    {
        var output = new ArrayBufferWriter<byte>(256);
        var writer = new MessagePackWriter(output);
        writer.Array(3);
        writer.String(_id);
        writer.Map(3);
        writer.String("type");
        writer.Integer(Event);
        writer.String("data");
        using (var arguments = JsonDocument.Parse(message.Arguments))
        {
            writer.Json(arguments.RootElement, message.Attachments);
        }

        writer.String("nsp");
        writer.String(@namespace);
        writer.Map(3);
        writer.String("rooms");
        Strings(target.Rooms);
        writer.String("except");
        Strings(target.Except);
        writer.String("flags");
        writer.Map(message.IsVolatile ? 1 : 0);
        if (message.IsVolatile)
        {
            writer.String("volatile");
            writer.Boolean(true);
        }

        return output.WrittenSpan.ToArray();

        void Strings(IReadOnlyList<string> texts)
        {
            writer.Array(texts.Count);
            foreach (var text in texts)
            {
                writer.String(text);
            }
        }
    }

    private void OnEvent(byte[] message)
    {
#pragma warning disable CA1031 // The edge: what another process sends must not end this one's subscription.
        try
        {
            var json = new ArrayBufferWriter<byte>(message.Length * 2);
            using var writer = new Utf8JsonWriter(
                json,
                new JsonWriterOptions { Encoder = CompactJsonEncoder.Instance, SkipValidation = true }
            );
            var reader = new MessagePackReader(message, writer);
            if (!reader.TryRead())
            {
                Unreadable(_logger, "not MessagePack");
                return;
            }

            writer.Flush();
            using var document = JsonDocument.Parse(json.WrittenMemory);
            var root = document.RootElement;
            if (root[0].ValueEquals(_id) || _node is not { } node)
            {
                return;
            }

            var packet = root[1];
            var options = root[2];
            if (packet.GetProperty("type").GetInt32() == Event)
            {
                node.OnBroadcast(
                    packet.TryGetProperty("nsp", out var ns) ? ns.GetString()! : "/",
                    new BackplaneTarget(Strings(options, "rooms"), Strings(options, "except")),
                    new BackplaneEvent(
                        Encoding.UTF8.GetBytes(packet.GetProperty("data").GetRawText()),
                        reader.Attachments,
                        options.TryGetProperty("flags", out var flags)
                            && flags.ValueKind is JsonValueKind.Object
                            && flags.TryGetProperty("volatile", out var isVolatile)
                            && isVolatile.ValueKind is JsonValueKind.True
                    )
                );
            }
        }
        catch (Exception e)
        {
            Unreadable(_logger, e.Message);
        }
    }

    private void OnRequest(string channel, byte[] message)
    {
        try
        {
            // Requests that carry bytes (broadcasts to be acknowledged) are MessagePack; this server takes no part in those.
            if (
                message is not [(byte)'{', ..]
                || JsonSerializer.Deserialize<Request>(message, JsonSerializerOptions.Web)
                    is not { Opts: not null } request
                || request.Uid == _id
                || _node is not { } node
            )
            {
                return;
            }

            var ns = channel[(_prefix.Length + "-request#".Length)..^1];
            var target = new BackplaneTarget(request.Opts.Rooms ?? [], request.Opts.Except ?? []);
            switch (request.Type)
            {
                case RemoteJoin:
                    node.OnJoin(ns, target, request.Rooms ?? []);
                    break;
                case RemoteLeave:
                    node.OnLeave(ns, target, request.Rooms ?? []);
                    break;
                case RemoteDisconnect:
                    node.OnDisconnect(ns, target, request.Close is true);
                    break;
            }
        }
        catch (Exception e)
        {
            Unreadable(_logger, e.Message);
        }
#pragma warning restore CA1031
    }

    private static string[] Strings(JsonElement options, string name) =>
        options.TryGetProperty(name, out var values) && values.ValueKind is JsonValueKind.Array
            ? [.. values.EnumerateArray().Select(v => v.ToString())]
            : [];

    [LoggerMessage(40, LogLevel.Warning, "A message of the Socket.IO cluster could not be used: {Why}.")]
    private static partial void Unreadable(ILogger logger, string why);

    private sealed record Options(IReadOnlyList<string>? Rooms, IReadOnlyList<string>? Except);

    private sealed record Request(string? Uid, int Type, Options? Opts, IReadOnlyList<string>? Rooms, bool? Close);
}
