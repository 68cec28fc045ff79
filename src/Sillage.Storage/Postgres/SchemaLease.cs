using System.Data;
using Npgsql;

namespace Sillage.Storage.Postgres;

/// <summary>
/// A connection of the pool in the hands of one module. The schema is chosen with its first statement, which then costs no
/// further way to the server and back, and not at all where the connection has it already.
/// </summary>
internal sealed class SchemaLease(SchemaPool pool, NpgsqlConnection connection, string schema, bool isChosen)
    : IAsyncDisposable
{
    private readonly string _mark = $"/*{schema}*/";
    private bool _isPending = !isChosen;
    private bool _isUncertain;

    /// <summary>The connection; for statements of one's own <see cref="ChooseAsync"/> comes first.</summary>
    public NpgsqlConnection Connection => connection;

    private string Choice => $"SET search_path TO \"{schema}\"";

    /// <summary>
    /// The text to send in place of <paramref name="statement"/>: with the schema's name, so that a connection prepares it for
    /// each schema apart (PostgreSQL would plan it anew at each change of the search path), and after the choice if that is due.
    /// </summary>
    public string Text(string statement)
    {
        if (!_isPending)
        {
            return _mark + statement;
        }

        _isUncertain = true;
        return $"{Choice}; {_mark}{statement}";
    }

    /// <summary>What <see cref="Text"/> gave has run: only now is the schema chosen, for it may have failed before it was sent.</summary>
    public void Ran() => _isPending = false;

    /// <summary>Chooses the schema now, for statements that do not pass <see cref="Text"/>.</summary>
    public async ValueTask ChooseAsync(CancellationToken ct)
    {
        if (_isPending)
        {
            _isUncertain = true;
#pragma warning disable CA2100 // A module's name is lower case letters.
            await using var command = new NpgsqlCommand(Choice, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(ct);
            _isPending = false;
        }
    }

    /// <summary>What ran is committed, and the choice with it.</summary>
    public void Keep()
    {
        if (_isUncertain)
        {
            pool.Remember(connection, schema);
            _isUncertain = false;
        }
    }

    public ValueTask DisposeAsync()
    {
        // A connection that broke has no number any more; the next to get its number begins without a memory.
        if (_isUncertain && connection.State == ConnectionState.Open)
        {
            pool.Forget(connection);
        }

        return connection.DisposeAsync();
    }
}
