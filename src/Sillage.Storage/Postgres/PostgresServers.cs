using Dapper;
using Npgsql;

namespace Sillage.Storage.Postgres;

/// <summary>The servers of the product that are connected to a database.</summary>
internal static class PostgresServers
{
    private const string Count = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND starts_with(application_name, @Prefix)
        """;

    /// <summary>Whether there is one. A server that has just stopped may be listed for a moment yet, which is waited for.</summary>
    public static async Task<bool> AreConnectedAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        TimeProvider clock
    )
    {
        var prefix = new { Prefix = PostgresSources.ApplicationPrefix };
        for (var attempt = 0; ; attempt++)
        {
            if (await connection.ExecuteScalarAsync<long>(Count, prefix, transaction) == 0)
            {
                return false;
            }

            if (attempt == 20)
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, CancellationToken.None);
        }
    }
}
