using Microsoft.Extensions.Logging.Abstractions;
using Sillage.Redis.SocketIO;
using Sillage.SocketIO.Backplane;
using Sillage.Specifications.SocketIO;
using StackExchange.Redis;

namespace Sillage.Redis.Tests;

public sealed class RedisBackplaneTests(RedisServer redis) : BackplaneSpecification, IDisposable
{
    // One cluster for each test.
    private readonly string _key = "test-" + Guid.CreateVersion7().ToString("n");
    private readonly List<RedisBackplane> _ends = [];

    protected override async ValueTask<IBackplane> ConnectAsync()
    {
        var end = new RedisBackplane(
            await ConnectionMultiplexer.ConnectAsync(redis.Configuration),
            NullLogger<RedisBackplane>.Instance,
            _key
        );
        _ends.Add(end);
        return end;
    }

    public void Dispose() => _ends.ForEach(e => e.Dispose());
}
