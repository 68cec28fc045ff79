using System.Buffers.Binary;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>A value as it is stored, and where.</summary>
internal sealed record StoredCell(string Database, string Table, string Column, object Value, int Row)
{
    private static readonly DateTimeOffset Earliest = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Place => $"{Database}.{Table}.{Column}";

    /// <summary>Whether it holds an id or a text in any form in which either is stored.</summary>
    public bool Holds(Guid id) =>
        Value switch
        {
            Guid guid => guid == id,
            byte[] bytes => bytes.AsSpan().IndexOf(id.ToByteArray(bigEndian: true)) >= 0 || Holds(id.ToString()),
            _ => Holds(id.ToString()) || Holds(id.ToString("N")),
        };

    /// <inheritdoc cref="Holds(Guid)"/>
    public bool Holds(string text) =>
        Value switch
        {
            byte[] bytes => bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0,
            _ => Value.ToString()!.Contains(text, StringComparison.OrdinalIgnoreCase),
        };

    /// <summary>The moment that it tells: a time, or that of an id of version 7. Null if it tells none.</summary>
    public DateTimeOffset? Moment =>
        Value switch
        {
            DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            DateTimeOffset time => time,
            long number => OfMicroseconds(number),
            Guid { Version: 7 } id => OfId(id.ToByteArray(bigEndian: true)),
            byte[] { Length: 16 } bytes when bytes[6] >> 4 == 7 => OfId(bytes),
            string text when Guid.TryParse(text, out var id) && id.Version == 7 => OfId(
                id.ToByteArray(bigEndian: true)
            ),
            _ => null,
        };

    private static DateTimeOffset OfId(byte[] bytes) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));

    private static DateTimeOffset? OfMicroseconds(long number) =>
        number > Earliest.ToUnixTimeMilliseconds() * 1000 && number < (Earliest.ToUnixTimeMilliseconds() * 4000)
            ? DateTimeOffset.UnixEpoch.AddTicks(number * 10)
            : null;
}

/// <summary>Reads every value of every table of every database of a server.</summary>
internal static class StoredCells
{
    private const string TablesOfPostgres = """
        SELECT table_schema, table_name FROM information_schema.tables
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
        """;

    /// <summary>Of the files of a data folder, or of a database of PostgreSQL if its connection string is given.</summary>
    public static Task<IReadOnlyList<StoredCell>> ReadAsync(string dataFolder, string? postgres) =>
        postgres is null ? ReadFilesAsync(dataFolder) : ReadPostgresAsync(postgres);

    private static async Task<IReadOnlyList<StoredCell>> ReadFilesAsync(string folder)
    {
        var cells = new List<StoredCell>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.db").Order(StringComparer.Ordinal))
        {
            await using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
            await connection.OpenAsync();
            var tables = await NamesAsync(
                connection,
                "SELECT '', name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            );
            foreach (var (_, table) in tables)
            {
                await ReadTableAsync(connection, Path.GetFileNameWithoutExtension(file), table, $"\"{table}\"", cells);
            }
        }

        return cells;
    }

    private static async Task<IReadOnlyList<StoredCell>> ReadPostgresAsync(string connectionString)
    {
        var cells = new List<StoredCell>();
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var (schema, table) in await NamesAsync(connection, TablesOfPostgres))
        {
            await ReadTableAsync(connection, schema, table, $"\"{schema}\".\"{table}\"", cells);
        }

        return cells;
    }

    private static async Task<List<(string Schema, string Table)>> NamesAsync(DbConnection connection, string sql)
    {
        var names = new List<(string, string)>();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The names come from the catalogue.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            names.Add((reader.GetString(0), reader.GetString(1)));
        }

        return names;
    }

    private static async Task ReadTableAsync(
        DbConnection connection,
        string database,
        string table,
        string from,
        List<StoredCell> cells
    )
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The names come from the catalogue.
        command.CommandText = $"SELECT * FROM {from}";
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        for (var row = 0; await reader.ReadAsync(); row++)
        {
            for (var column = 0; column < reader.FieldCount; column++)
            {
                if (!await reader.IsDBNullAsync(column))
                {
                    cells.Add(new StoredCell(database, table, reader.GetName(column), reader.GetValue(column), row));
                }
            }
        }
    }
}
