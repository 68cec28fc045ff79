using Microsoft.Extensions.Logging;
using Npgsql;
using Sillage.Storage.Events;

namespace Sillage.Storage.Postgres;

/// <summary>Listens, on one connection a process, for events that other processes put into the inboxes of modules here.</summary>
internal sealed partial class PostgresWakeups(
    ModuleDatabases databases,
    EventOptions options,
    TimeProvider clock,
    ILogger logger
)
{
    /// <summary>Listens until cancelled. While it cannot, the pumps' own timers make sure.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        for (var attempts = 0; !ct.IsCancellationRequested; )
        {
            try
            {
                await ListenAsync(() => attempts = 0, ct);
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException)
            {
                LogLost(logger, exception);
                await Task.Delay(options.Backoff.After(++attempts), clock, ct);
            }
        }
    }

    private async Task ListenAsync(Action connected, CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder(databases.Options.Postgres)
        {
            ApplicationName = $"{PostgresSources.ApplicationPrefix} wakeups",
            Pooling = false,
            KeepAlive = 30,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        connection.Notification += (_, notification) => Wake(notification.Payload);
        await connection.OpenAsync(ct);
        await using (var command = new NpgsqlCommand($"LISTEN {PostgresEventBus.Channel}", connection))
        {
            await command.ExecuteNonQueryAsync(ct);
        }

        connected();
        // What came before it listened was announced to nobody.
        foreach (var database in databases.All)
        {
            database.Received.Set();
        }

        while (true)
        {
            await connection.WaitAsync(ct);
        }
    }

    private void Wake(string module) =>
        databases.All.FirstOrDefault(database => database.Name == module)?.Received.Set();

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Notifications of events from other processes cannot be heard now; timers look for them."
    )]
    private static partial void LogLost(ILogger logger, Exception exception);
}
