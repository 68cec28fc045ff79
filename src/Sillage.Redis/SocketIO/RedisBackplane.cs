using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sillage.SocketIO.Backplane;
using StackExchange.Redis;

namespace Sillage.Redis.SocketIO;

/// <summary>
/// The backplane over Redis' publish and subscribe, in the wire format of Node's <c>@socket.io/redis-adapter</c>: servers of
/// both kinds and emitters share a cluster. Redis keeps nothing: what is sent while a process is away is not for it.
/// </summary>
public sealed partial class RedisBackplane : IBackplane, IDisposable
{
    private const int Event = 2;

    private readonly RedisConnection _redis;
    private readonly ILogger<RedisBackplane> _logger;
    private readonly string _prefix;
    private readonly string _id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private readonly RedisRequests _requests;
    private readonly ConcurrentDictionary<string, bool> _entered = new(StringComparer.Ordinal);
    private IBackplaneNode? _node;

    /// <summary>Makes a process's end of the cluster.</summary>
    /// <param name="redis">The connection; closed with this.</param>
    /// <param name="logger">Hears of messages that cannot be read.</param>
    /// <param name="key">What the names of channels begin with: <c>socket.io</c>, as Node's adapter has it.</param>
    public RedisBackplane(ConnectionMultiplexer redis, ILogger<RedisBackplane> logger, string key = "socket.io")
        : this(new RedisConnection(redis), logger, key) { }

    internal RedisBackplane(RedisConnection redis, ILogger<RedisBackplane> logger, string key = "socket.io")
    {
        _redis = redis;
        _logger = logger;
        _prefix = key;
        _requests = new RedisRequests(_id, key, PublishAsync, CountSubscribersAsync);
    }

    /// <inheritdoc />
    public async ValueTask JoinClusterAsync(IBackplaneNode node, CancellationToken cancellation)
    {
        _node = node;
        // One subscription, heard by one message after another: a plain handler would hear several at once, and several
        // subscriptions would not keep the order between an event and a request that follows it.
        var messages = await _redis.SubscribeAsync(Everything).WaitAsync(cancellation);
        messages.OnMessage(message => OnMessage(message.Channel.ToString(), message.Message));
    }

    /// <inheritdoc />
    public async ValueTask LeaveClusterAsync(IBackplaneNode node)
    {
        _node = null;
        await _redis.Value.GetSubscriber().UnsubscribeAsync(Everything);
        foreach (var ns in _entered.Keys)
        {
            await ExitNamespaceAsync(ns);
        }
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
        _requests.JoinAsync(@namespace, target, rooms);

    /// <inheritdoc />
    public ValueTask LeaveAsync(string @namespace, BackplaneTarget target, IReadOnlyList<string> rooms) =>
        _requests.LeaveAsync(@namespace, target, rooms);

    /// <inheritdoc />
    public ValueTask DisconnectAsync(string @namespace, BackplaneTarget target, bool close) =>
        _requests.DisconnectAsync(@namespace, target, close);

    /// <inheritdoc />
    public async ValueTask EnterNamespaceAsync(string @namespace)
    {
        // Only to be counted: what is asked is heard by the pattern, which is not.
        _entered[@namespace] = true;
        await _redis.SubscribeAsync(Literal(_requests.RequestChannel(@namespace)));
    }

    /// <inheritdoc />
    public async ValueTask ExitNamespaceAsync(string @namespace)
    {
        _entered.TryRemove(@namespace, out _);
        await _redis.Value.GetSubscriber().UnsubscribeAsync(Literal(_requests.RequestChannel(@namespace)));
    }

    /// <inheritdoc />
    public ValueTask BroadcastWithAckAsync(
        string @namespace,
        BackplaneTarget target,
        BackplaneEvent message,
        TimeSpan timeout,
        IBackplaneAnswers answers
    ) => _requests.BroadcastWithAckAsync(@namespace, target, message, timeout, answers);

    /// <inheritdoc />
    public Task<IReadOnlyList<BackplaneSocket>> FetchSocketsAsync(
        string @namespace,
        BackplaneTarget target,
        CancellationToken cancellation
    ) => _requests.FetchSocketsAsync(@namespace, target, cancellation);

    /// <inheritdoc />
    public ValueTask ServerSideEmitAsync(string @namespace, BackplaneEvent message) =>
        _requests.ServerSideEmitAsync(@namespace, message);

    /// <inheritdoc />
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ServerSideEmitWithAckAsync(
        string @namespace,
        BackplaneEvent message,
        CancellationToken cancellation
    ) => _requests.ServerSideEmitWithAckAsync(@namespace, message, cancellation);

    /// <inheritdoc />
    public void Dispose() => _redis.Dispose();

    private RedisChannel Everything => RedisChannel.Pattern(_prefix + "*");

    private static RedisChannel Literal(string channel) => RedisChannel.Literal(channel);

    private async Task<long> CountSubscribersAsync(string channel)
    {
        long count = 0;
        foreach (var endpoint in _redis.Value.GetEndPoints())
        {
            var server = _redis.Value.GetServer(endpoint);
            if (server.IsConnected && !server.IsReplica)
            {
                count += await server.SubscriptionSubscriberCountAsync(Literal(channel));
            }
        }

        return count;
    }

    private async ValueTask PublishAsync(string channel, byte[] message) =>
        await _redis.Value.GetSubscriber().PublishAsync(Literal(channel), message);

    /// <summary><c>[sender, {type, data, nsp}, {rooms, except, flags}]</c></summary>
    private byte[] Encode(string @namespace, BackplaneTarget target, BackplaneEvent message)
    {
        var output = new ArrayBufferWriter<byte>(256);
        var writer = new MessagePackWriter(output);
        writer.Array(3);
        writer.String(_id);
        writer.Event(@namespace, message);
        writer.Map(3);
        writer.Targets(target);
        writer.String("flags");
        writer.Map(message.IsVolatile ? 1 : 0);
        if (message.IsVolatile)
        {
            writer.String("volatile");
            writer.Boolean(true);
        }

        return output.WrittenSpan.ToArray();
    }

    private void OnMessage(string channel, byte[]? message)
    {
        var kind = channel.AsSpan(_prefix.Length);
        if (message is null)
        {
            return;
        }

        if (kind is ['#', ..])
        {
            OnEvent(message);
        }
        else if (kind.StartsWith("-request#", StringComparison.Ordinal))
        {
            OnRequest(channel, message);
        }
        else if (kind.StartsWith("-response#", StringComparison.Ordinal))
        {
            OnResponse(message);
        }
    }

    private void OnEvent(byte[] bytes) =>
        Read(
            bytes,
            node =>
            {
                if (ClusterMessage.Read(bytes) is not { } message)
                {
                    Unreadable(_logger, "not MessagePack");
                    return;
                }

                var (packet, options) = (message.Root[1], message.Root[2]);
                if (!message.Root[0].ValueEquals(_id) && packet.GetProperty("type").GetInt32() == Event)
                {
                    var isVolatile =
                        options.TryGetProperty("flags", out var flags)
                        && flags.ValueKind is JsonValueKind.Object
                        && flags.TryGetProperty("volatile", out var given)
                        && given.ValueKind is JsonValueKind.True;
                    node.OnBroadcast(
                        packet.TryGetProperty("nsp", out var ns) ? ns.GetString()! : "/",
                        ClusterMessage.Target(options),
                        message.Event(packet.GetProperty("data"), isVolatile)
                    );
                }
            }
        );

    private void OnRequest(string channel, byte[] bytes) =>
        Read(bytes, node => _requests.OnRequest(channel, bytes, node));

    private void OnResponse(byte[] bytes) => Read(bytes, _ => _requests.OnResponse(bytes));

    private void Read(byte[] bytes, Action<IBackplaneNode> read)
    {
#pragma warning disable CA1031 // The edge: what another process sends must not end this one's subscription.
        try
        {
            if (_node is { } node && bytes.Length > 0)
            {
                read(node);
            }
        }
        catch (Exception e)
        {
            Unreadable(_logger, e.Message);
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(40, LogLevel.Warning, "A message of the Socket.IO cluster could not be used: {Why}.")]
    private static partial void Unreadable(ILogger logger, string why);
}
