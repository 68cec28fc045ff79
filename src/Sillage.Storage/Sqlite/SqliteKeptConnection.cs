using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Sillage.Storage.Sqlite;

/// <summary>
/// A connection whose commands, made by Dapper for one execution each, find what SQLite compiled of their text the last time: to read and plan a
/// statement costs several times as much as to run it. Used by one thread at a time.
/// </summary>
internal sealed class SqliteKeptConnection(string connectionString) : SqliteConnection(connectionString)
{
    /// <summary>Texts are constants but for filters and lists of ids, which are as many as people think of.</summary>
    private const int Most = 512;

    private readonly Dictionary<string, SqliteCommand> _idle = new(StringComparer.Ordinal);

    /// <summary>A command of this text that nobody uses now.</summary>
#pragma warning disable CA2100 // What units and readers are given are the modules' constants.
    public SqliteCommand Take(string sql) =>
        _idle.Remove(sql, out var kept) ? kept : new SqliteCommand(sql, this) { CommandTimeout = DefaultTimeout };
#pragma warning restore CA2100

    /// <summary>Keeps a command for the next who takes one of its text.</summary>
    public void Return(SqliteCommand command)
    {
        // What was bound is somebody's data.
        command.Parameters.Clear();
        if (_idle.Count == Most)
        {
            Drop();
        }

        if (!_idle.TryAdd(command.CommandText, command))
        {
            command.Dispose();
        }
    }

    protected override DbCommand CreateDbCommand() => new SqliteKeptCommand(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Drop();
        }

        base.Dispose(disposing);
    }

    private void Drop()
    {
        foreach (var command in _idle.Values)
        {
            command.Dispose();
        }

        _idle.Clear();
    }
}
