using StackExchange.Redis;

namespace Sillage.Redis;

/// <summary>
/// The process's one connection to Redis, opened by whoever needs it first: what never does, such as a verb, waits for none. Where Redis is away, it
/// is made once it is there.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    private readonly Lazy<ConnectionMultiplexer> _opened;

    /// <summary>One that is opened when it is needed.</summary>
    /// <param name="configuration">Where Redis is, as StackExchange.Redis reads it.</param>
    public RedisConnection(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = false;
        // How often the first attempt is repeated before the start goes on without; afterwards it is tried for ever.
        options.ConnectRetry = 1;
        _opened = new Lazy<ConnectionMultiplexer>(() => ConnectionMultiplexer.Connect(options));
    }

    /// <summary>One that is open.</summary>
    /// <param name="opened">One that is open already; closed with this.</param>
    public RedisConnection(ConnectionMultiplexer opened) => _opened = new Lazy<ConnectionMultiplexer>(opened);

    public ConnectionMultiplexer Value => _opened.Value;

    /// <summary>Whether Redis is there now.</summary>
    public bool IsUp => _opened.IsValueCreated && _opened.Value.IsConnected;

    /// <summary>Subscribes, and waits until it counts; while Redis is away it counts once that is back.</summary>
    public async Task<ChannelMessageQueue> SubscribeAsync(RedisChannel channel)
    {
        var subscriber = Value.GetSubscriber();
        try
        {
            return await subscriber.SubscribeAsync(channel, IsUp ? CommandFlags.None : CommandFlags.FireAndForget);
        }
        catch (RedisException)
        {
            // Gone between the look and the subscription, which is remembered.
            return await subscriber.SubscribeAsync(channel, CommandFlags.FireAndForget);
        }
    }

    public void Dispose()
    {
        if (_opened.IsValueCreated)
        {
            _opened.Value.Dispose();
        }
    }
}
