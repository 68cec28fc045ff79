using System.Collections.Concurrent;
using Npgsql;

namespace Sillage.Storage.Postgres;

/// <summary>
/// Connections that all modules share. Each remembers the schema that it was last used for, and is told another only where
/// the next user's differs (docs/adr/0095-one-pool-pair-a-process.md).
/// </summary>
internal sealed class SchemaPool : IAsyncDisposable
{
    // By the server's name for a connection: the driver gives each user another object.
    private readonly ConcurrentDictionary<(string? Host, int Process), string> _schemas = new();
    private readonly NpgsqlDataSource _source;

    public SchemaPool(NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ToString());
        // A new connection may come by a number that an old one had.
        builder.UsePhysicalConnectionInitializer(
            Forget,
            connection =>
            {
                Forget(connection);
                return Task.CompletedTask;
            }
        );
        _source = builder.Build();
    }

    /// <summary>Hands out a connection for a module's schema. Disposing of the lease gives it back.</summary>
    public async ValueTask<SchemaLease> OpenAsync(string schema, CancellationToken ct)
    {
        var connection = await _source.OpenConnectionAsync(ct);
        var isChosen = _schemas.TryGetValue(Key(connection), out var last) && last == schema;
        return new SchemaLease(this, connection, schema, isChosen);
    }

    /// <summary>The connection has the schema for good: what chose it is committed.</summary>
    public void Remember(NpgsqlConnection connection, string schema) => _schemas[Key(connection)] = schema;

    /// <summary>Nobody knows which schema the connection has: a rollback takes the choice back as well.</summary>
    public void Forget(NpgsqlConnection connection) => _schemas.TryRemove(Key(connection), out _);

    public void Clear() => _source.Clear();

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static (string?, int) Key(NpgsqlConnection connection) => (connection.Host, connection.ProcessID);
}
