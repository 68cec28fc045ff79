using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Sillage.Storage;

namespace Sillage.RabbitMq;

/// <summary>
/// A connection that comes back by itself: always a new one, with nothing of the old. The client's own recovery is off, because it has been
/// seen to succeed without its consumers.
/// </summary>
internal sealed partial class BrokerConnection : IAsyncDisposable
{
    private static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));

    private readonly ConnectionFactory _factory;
    private readonly OutageLog _outage;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private volatile TaskCompletionSource<IConnection> _up = New();

    public BrokerConnection(string uri, string purpose, OutageLog outage, TimeProvider clock, ILogger logger)
    {
        _factory = new ConnectionFactory
        {
            Uri = new Uri(uri),
            ClientProvidedName = $"sillage {Environment.MachineName} {Environment.ProcessId} {purpose}",
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
            RequestedConnectionTimeout = TimeSpan.FromSeconds(10),
            HandshakeContinuationTimeout = TimeSpan.FromSeconds(10),
            ContinuationTimeout = TimeSpan.FromSeconds(10),
        };
        (_outage, _clock, _logger) = (outage, clock, logger);
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>The connection, as soon as there is one.</summary>
    public Task<IConnection> Up => _up.Task;

    /// <summary>Whether there is one now.</summary>
    public bool IsUp => _up.Task.IsCompletedSuccessfully;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _up.TrySetCanceled(_stopping.Token);
    }

    private async Task RunAsync()
    {
        var attempts = 0;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await StayConnectedAsync(() => attempts = 0);
            }
#pragma warning disable CA1031 // The edge of the loop: whatever keeps it from connecting, it tries again.
            catch (Exception exception)
                when (exception is not OperationCanceledException || !_stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                // A URI holds a password; what the client throws names host and port only.
                _outage.Began(exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Pauses.After(++attempts), _clock, _stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Connects, and returns or throws when the connection has ended.</summary>
    private async Task StayConnectedAsync(Action connected)
    {
        var connection = await _factory.CreateConnectionAsync(_stopping.Token);
        var ended = new TaskCompletionSource<ShutdownEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            ended.TrySetResult(reason);
            return Task.CompletedTask;
        };
        try
        {
            if (connection.CloseReason is { } closed)
            {
                throw new AlreadyClosedException(closed);
            }

            connected();
            _outage.Ended();
            _up.TrySetResult(connection);
            throw new AlreadyClosedException(await ended.Task.WaitAsync(_stopping.Token));
        }
        finally
        {
            _up = New();
            // Not waited for: one that broke may never end.
            _ = EndAsync(connection);
        }
    }

    private async Task EndAsync(IConnection connection)
    {
        try
        {
            await connection.AbortAsync(TimeSpan.FromSeconds(2));
            await connection.DisposeAsync();
        }
#pragma warning disable CA1031 // It is given up; how it ends changes nothing.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotClosed(_logger, exception);
        }
    }

    private static TaskCompletionSource<IConnection> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection that was given up did not close.")]
    private static partial void LogNotClosed(ILogger logger, Exception exception);
}
