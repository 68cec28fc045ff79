using Npgsql;

namespace Sillage.Storage.Postgres;

/// <summary>
/// The connections of one process, for all its modules. Readers have a pool of their own, whose transactions are read-only,
/// so that long exports never keep a write waiting for a connection; leases have one connection together.
/// </summary>
internal sealed class PostgresSources : IAsyncDisposable
{
    /// <summary>What servers' connections are called, whatever follows: a restore looks for them.</summary>
    public const string ApplicationPrefix = "sillage server";

    /// <summary>One for leases, and one that waits to be woken (PostgresWakeups).</summary>
    private const int Apart = 2;

    /// <summary>The pools of a process.</summary>
    /// <param name="connectionString">Where PostgreSQL is.</param>
    /// <param name="budget">The most connections of the process, <see cref="StorageOptions.PostgresConnections"/>.</param>
    public PostgresSources(string connectionString, int budget)
    {
        var writers = (budget - Apart) / 2;
        Writers = new SchemaPool(Settings(connectionString, "writes", writers, null));
        Readers = new SchemaPool(
            Settings(connectionString, "reads", budget - Apart - writers, "-c default_transaction_read_only=on")
        );
        var leases = Settings(connectionString, "leases", 1, null);
        leases.Pooling = false;
        Leases = new PostgresLeases(leases.ToString());
    }

    public SchemaPool Writers { get; }

    public SchemaPool Readers { get; }

    public PostgresLeases Leases { get; }

    /// <summary>Drops pooled connections: after the server went away each one would fail its next user.</summary>
    public void Clear()
    {
        Writers.Clear();
        Readers.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await Leases.DisposeAsync();
        await Writers.DisposeAsync();
        await Readers.DisposeAsync();
    }

    /// <summary>The administrator's own settings win, but for the schema, its staying, and the name to be known by.</summary>
    private static NpgsqlConnectionStringBuilder Settings(
        string connectionString,
        string use,
        int connections,
        string? options
    )
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            // Nobody's tables are here: a statement before any schema was chosen fails, and never meets another module's.
            SearchPath = "pg_catalog",
            // Else PostgreSQL runs seven statements at each return of a connection, and the schema is forgotten by them.
            NoResetOnClose = true,
            ApplicationName = $"{ApplicationPrefix} {use}",
        };
        var defaults = new (string Key, object Value)[]
        {
            ("Maximum Pool Size", connections),
            ("Timeout", 5),
            ("Command Timeout", 60),
            ("Keepalive", 30),
            ("Max Auto Prepare", 250),
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
