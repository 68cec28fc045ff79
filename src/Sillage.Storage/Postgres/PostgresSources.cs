using Npgsql;

namespace Sillage.Storage.Postgres;

/// <summary>
/// The pooled connections of one module: its schema is their search path. Readers have a pool of their own, whose
/// transactions are read-only, so that long exports never keep a write waiting for a connection.
/// </summary>
internal sealed class PostgresSources : IAsyncDisposable
{
    /// <summary>What servers' connections are called, before the schema's name: a restore looks for them.</summary>
    public const string ApplicationPrefix = "sillage server ";

    public PostgresSources(string connectionString, string schema, int connections)
    {
        Writers = NpgsqlDataSource.Create(Settings(connectionString, schema, connections, null));
        Readers = NpgsqlDataSource.Create(
            Settings(connectionString, schema, connections, "-c default_transaction_read_only=on")
        );
    }

    public NpgsqlDataSource Writers { get; }

    public NpgsqlDataSource Readers { get; }

    /// <summary>Drops pooled connections: after the server went away each one would fail its next user.</summary>
    public void Clear()
    {
        Writers.Clear();
        Readers.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await Writers.DisposeAsync();
        await Readers.DisposeAsync();
    }

    /// <summary>The administrator's own settings win, but for the schema and the name to be known by.</summary>
    private static NpgsqlConnectionStringBuilder Settings(
        string connectionString,
        string schema,
        int connections,
        string? options
    )
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = schema,
            ApplicationName = ApplicationPrefix + schema,
        };
        var defaults = new (string Key, object Value)[]
        {
            ("Maximum Pool Size", connections),
            ("Timeout", 5),
            ("Command Timeout", 60),
            ("Keepalive", 30),
            ("Max Auto Prepare", 100),
        };
        foreach (var (key, value) in defaults)
        {
            if (!settings.ShouldSerialize(key))
            {
                settings[key] = value;
            }
        }

        if (options is not null)
        {
            settings.Options = settings.Options is { Length: > 0 } own ? $"{own} {options}" : options;
        }

        return settings;
    }
}
