using Npgsql;

namespace Sillage.Benchmarks.Targets;

/// <summary>Databases of this run on its PostgreSQL.</summary>
internal static class Databases
{
    /// <summary>Makes an empty database.</summary>
    /// <returns>The connection string.</returns>
    public static async Task<string> CreateAsync(string administrator, string prefix)
    {
        var name = $"{prefix}_{Guid.CreateVersion7():N}";
        await ExecuteAsync(administrator, $"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(administrator) { Database = name }.ToString();
    }

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Constants of the benchmarks and the server's own migrations.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<long> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Constants of the benchmarks.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
