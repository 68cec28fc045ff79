namespace Sillage.Storage.Sqlite;

/// <summary>The way from a unit or reader to a prepared statement on its connection.</summary>
public static class SqliteStatements
{
    /// <summary>
    /// The statement, prepared once per connection, reset and with nothing bound. <paramref name="sql"/> is a constant:
    /// the cache grows with every text.
    /// </summary>
    /// <exception cref="NotSupportedException">The reader is not on SQLite.</exception>
    public static SqliteStatement Prepare(this IReader reader, string sql) =>
        reader is SqliteReader sqlite
            ? sqlite.Prepare(sql)
            : throw new NotSupportedException("Prepared statements of this kind exist on SQLite only.");
}
