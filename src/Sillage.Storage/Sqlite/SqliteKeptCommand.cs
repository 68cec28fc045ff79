using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Sillage.Storage.Sqlite;

/// <summary>One execution of a command that <see cref="SqliteKeptConnection"/> keeps.</summary>
internal sealed class SqliteKeptCommand(SqliteKeptConnection connection) : DbCommand
{
    // What Dapper writes: it binds into one collection from beginning to end, and changes the text meanwhile where it has a list of values.
    private readonly SqliteCommand _asked = new();
    private SqliteCommand? _kept;

    [AllowNull]
    public override string CommandText
    {
        get => _asked.CommandText;
#pragma warning disable CA2100 // What units and readers are given are the modules' constants.
        set => _asked.CommandText = value;
#pragma warning restore CA2100
    }

    public override int CommandTimeout
    {
        get => _asked.CommandTimeout;
        set => _asked.CommandTimeout = value;
    }

    public override CommandType CommandType
    {
        get => CommandType.Text;
        set => _asked.CommandType = value;
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection
    {
        get => connection;
        set { }
    }

    protected override DbParameterCollection DbParameterCollection => _asked.Parameters;

    protected override DbTransaction? DbTransaction
    {
        get => null;
        set { }
    }

    public override void Cancel() { }

    public override void Prepare() { }

    public override int ExecuteNonQuery() => Run(static command => command.ExecuteNonQuery());

    public override object? ExecuteScalar() => Run(static command => command.ExecuteScalar());

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        Run(command => command.ExecuteReader(behavior));

    protected override DbParameter CreateDbParameter() => new SqliteParameter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (_kept is not null)
            {
                connection.Return(_kept);
                _kept = null;
            }

            _asked.Dispose();
        }

        base.Dispose(disposing);
    }

    // Dapper runs a command once, or once for each of many rows, bound anew.
    private T Run<T>(Func<SqliteCommand, T> run)
    {
        if (_kept is not null && _kept.CommandText != CommandText)
        {
            connection.Return(_kept);
            _kept = null;
        }

        _kept ??= connection.Take(CommandText);
        _kept.Parameters.Clear();
        foreach (SqliteParameter parameter in _asked.Parameters)
        {
            _kept.Parameters.Add(parameter);
        }

        try
        {
            return run(_kept);
        }
        catch
        {
            _kept.Dispose();
            _kept = null;
            throw;
        }
    }
}
