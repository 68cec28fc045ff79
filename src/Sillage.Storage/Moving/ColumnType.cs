using System.Text;
using Npgsql;
using NpgsqlTypes;
using Sillage.Storage.Mapping;
using Sillage.Storage.Sqlite;
using SQLitePCL;

namespace Sillage.Storage.Moving;

/// <summary>A type of PostgreSQL's, and how SQLite holds its values.</summary>
/// <param name="Postgres">As PostgreSQL is given it.</param>
/// <param name="Held">SQLite's storage classes for it.</param>
/// <param name="Read">Reads it from SQLite.</param>
/// <param name="ReadBack">Reads it from PostgreSQL.</param>
internal sealed record ColumnType(
    NpgsqlDbType Postgres,
    int[] Held,
    Func<SqliteStatement, int, object> Read,
    Func<NpgsqlBinaryExporter, object> ReadBack
)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private static readonly Dictionary<string, ColumnType> ByName = new(StringComparer.Ordinal)
    {
        ["int8"] = new(
            NpgsqlDbType.Bigint,
            [raw.SQLITE_INTEGER],
            static (row, column) => row.GetInt64(column),
            static rows => rows.Read<long>(NpgsqlDbType.Bigint)
        ),
        ["bool"] = new(
            NpgsqlDbType.Boolean,
            [raw.SQLITE_INTEGER],
            static (row, column) => row.GetInt64(column) != 0,
            static rows => rows.Read<bool>(NpgsqlDbType.Boolean)
        ),
        ["float8"] = new(
            NpgsqlDbType.Double,
            [raw.SQLITE_FLOAT, raw.SQLITE_INTEGER],
            static (row, column) => row.GetDouble(column),
            static rows => rows.Read<double>(NpgsqlDbType.Double)
        ),
        ["timestamptz"] = new(
            NpgsqlDbType.TimestampTz,
            [raw.SQLITE_INTEGER],
            static (row, column) => Microseconds.ToTime(row.GetInt64(column)).UtcDateTime,
            static rows => rows.Read<DateTime>(NpgsqlDbType.TimestampTz)
        ),
        ["uuid"] = new(
            NpgsqlDbType.Uuid,
            [raw.SQLITE_BLOB],
            static (row, column) => row.GetGuid(column),
            static rows => rows.Read<Guid>(NpgsqlDbType.Uuid)
        ),
        ["bytea"] = new(
            NpgsqlDbType.Bytea,
            [raw.SQLITE_BLOB],
            static (row, column) => row.GetBytes(column).ToArray(),
            static rows => rows.Read<byte[]>(NpgsqlDbType.Bytea)
        ),
        ["text"] = OfText(NpgsqlDbType.Text),
        ["json"] = OfText(NpgsqlDbType.Json),
        ["jsonb"] = OfText(NpgsqlDbType.Jsonb) with { Normal = NormalForms.Json, IsReadAsText = true },
        ["tsvector"] = OfText(NpgsqlDbType.Text) with
        {
            Normal = NormalForms.Vector,
            IsReadAsText = true,
            IsWrittenAsText = true,
        },
    };

    /// <summary>One spelling for values that PostgreSQL gives back in another; null where it does not.</summary>
    public Func<string, string>? Normal { get; private init; }

    /// <summary>Whether PostgreSQL is asked for the text.</summary>
    public bool IsReadAsText { get; private init; }

    /// <summary>Whether PostgreSQL makes the value of a text, by a cast.</summary>
    public bool IsWrittenAsText { get; private init; }

    /// <summary>The type by PostgreSQL's own name.</summary>
    public static ColumnType Of(string name) =>
        ByName.GetValueOrDefault(name)
        ?? throw new NotSupportedException($"No move knows the type {name}: say in ColumnType how SQLite holds it.");

    // A text may have been bound as bytes.
    private static ColumnType OfText(NpgsqlDbType type) =>
        new(
            type,
            [raw.SQLITE_TEXT, raw.SQLITE_BLOB],
            static (row, column) => Strict.GetString(row.GetBytes(column)),
            static rows => rows.Read<string>(NpgsqlDbType.Text)
        );
}

/// <summary>A column that moves.</summary>
internal sealed record MovedColumn(string Name, ColumnType Type)
{
    /// <summary>The value in the spelling that is compared.</summary>
    public object? Normal(object? value) => Type.Normal is { } normal && value is string text ? normal(text) : value;
}
