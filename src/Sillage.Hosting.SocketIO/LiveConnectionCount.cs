using Microsoft.Extensions.Options;
using Sillage.Hosting.Limits;
using Sillage.SocketIO.Transport;

namespace Sillage.Hosting.SocketIO;

/// <summary>Keeps to <see cref="LimitsOptions.Connections"/> in Kestrel's place, which loses sight of live connections.</summary>
internal sealed class LiveConnectionCount(IOptions<LimitsOptions> limits) : ConnectionCount
{
    private readonly int _most = limits.Value.Connections;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public override bool TryAdd()
    {
        if (Interlocked.Increment(ref _count) <= _most)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    public override void Remove() => Interlocked.Decrement(ref _count);
}
