using RabbitMQ.Client;

namespace Sillage.RabbitMq;

/// <summary>A channel that is given up, and not waited for, when the broker does not answer its end.</summary>
internal sealed class OpenChannel : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private OpenChannel(IChannel channel) => Channel = channel;

    public IChannel Channel { get; }

    public static async Task<OpenChannel> OnAsync(IConnection connection, CancellationToken ct) =>
        new(await connection.CreateChannelAsync(cancellationToken: ct));

    public async ValueTask DisposeAsync() =>
        await Channel
            .DisposeAsync()
            .AsTask()
            .WaitAsync(Patience, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
