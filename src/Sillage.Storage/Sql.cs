namespace Sillage.Storage;

/// <summary>The dialects that every module's SQL runs on.</summary>
public enum SqlDialect
{
    /// <summary>SQLite 3.35 or later, embedded.</summary>
    Sqlite,

    /// <summary>PostgreSQL 15 or later.</summary>
    Postgres,
}

/// <summary>A statement: one text where the dialects agree, two side by side where they do not.</summary>
/// <param name="Sqlite">The statement for SQLite.</param>
/// <param name="Postgres">The statement for PostgreSQL.</param>
public readonly record struct Sql(string Sqlite, string Postgres)
{
    /// <summary>A statement that both dialects read alike.</summary>
    public static implicit operator Sql(string both) => new(both, both);

    /// <summary>A statement that both dialects read alike.</summary>
    public static Sql FromString(string both) => both;

    /// <summary>The text for <paramref name="dialect"/>.</summary>
    public string For(SqlDialect dialect) => dialect == SqlDialect.Sqlite ? Sqlite : Postgres;
}
