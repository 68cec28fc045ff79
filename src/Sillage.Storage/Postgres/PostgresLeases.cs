using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Sillage.Storage.Postgres;

/// <summary>
/// Leases are session-level advisory locks, all of a process on one connection: they end with it, so that a process that dies
/// gives them back. One session may take a lock twice, so who has it in this process is known here.
/// </summary>
internal sealed class PostgresLeases(string connectionString) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private NpgsqlConnection? _connection;

    /// <summary>The number that PostgreSQL knows the lock <paramref name="name"/> by, the same in every process.</summary>
    public static long Key(string name) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"sillage {name}")));

    /// <summary>Takes a lease; null if another has it, in this process or elsewhere.</summary>
    public async Task<IAsyncDisposable?> TryTakeAsync(string name, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (_held.Contains(name))
            {
                return null;
            }

            var connection = await OpenAsync(ct);
            // Not to be cancelled: whether the lock was taken would not be known, and others are on this connection.
            if (!await AskAsync(connection, "SELECT pg_try_advisory_lock($1)", name))
            {
                return null;
            }

            _held.Add(name);
            return new Lease(this, connection, name);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            await CloseAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        if (_connection is { State: System.Data.ConnectionState.Open } open)
        {
            return open;
        }

        await CloseAsync();
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(ct);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return _connection = connection;
    }

    private async Task<bool> AskAsync(NpgsqlConnection connection, string question, string name)
    {
        try
        {
#pragma warning disable CA2100 // One of the constant texts of this class.
            await using var command = new NpgsqlCommand(question, connection);
#pragma warning restore CA2100
            command.Parameters.AddWithValue(Key(name));
            return await command.ExecuteScalarAsync(CancellationToken.None) is true;
        }
        catch (NpgsqlException)
        {
            // Whatever it is: what this connection holds is not known any more.
            await CloseAsync();
            throw;
        }
    }

    private async Task GiveBackAsync(NpgsqlConnection connection, string name)
    {
        await _turn.WaitAsync();
        try
        {
            _held.Remove(name);
            if (connection == _connection)
            {
                await AskAsync(connection, "SELECT pg_advisory_unlock($1)", name);
            }
        }
        catch (NpgsqlException)
        {
            // The connection is closed, and the lock gone with it.
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private sealed class Lease(PostgresLeases leases, NpgsqlConnection connection, string name) : IAsyncDisposable
    {
        private int _isGivenBack;

        public ValueTask DisposeAsync() =>
            Interlocked.Exchange(ref _isGivenBack, 1) == 0
                ? new ValueTask(leases.GiveBackAsync(connection, name))
                : ValueTask.CompletedTask;
    }
}
