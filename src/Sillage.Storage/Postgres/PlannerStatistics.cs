using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Sillage.Storage.Postgres;

/// <summary>
/// Has PostgreSQL look at tables that have grown since it last did. A plan lives until then, and one that was made for
/// an empty table reads all of a full one: without this, until autovacuum comes round a minute later.
/// </summary>
internal sealed partial class PlannerStatistics(SchemaPool pool, string schema, TimeProvider clock, ILogger logger)
    : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // Never looked at since the engine's last crash, and of some hundred rows; or four times as many pages as last time, or as
    // many rows: what was not yet committed then has pages, but no rows.
    private const string SelectGrown = """
        SELECT quote_ident(c.relname) FROM pg_class c
        WHERE c.relnamespace = CAST(quote_ident(current_schema()) AS regnamespace) AND c.relkind = 'r'
          AND (pg_relation_size(c.oid) / current_setting('block_size')::bigint > CASE
              WHEN coalesce(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) IS NULL THEN 16
              ELSE 4 * greatest(c.relpages, 4) END
            OR pg_stat_get_mod_since_analyze(c.oid) > 3 * greatest(c.reltuples, 500))
        """;

    private readonly CancellationTokenSource _end = new();
    private Task _looking = Task.CompletedTask;
    private int _written;
    private int _busy;

    /// <summary>Called after each commit; a moment later it looks, behind the caller's back.</summary>
    public void Written()
    {
        Volatile.Write(ref _written, 1);
        if (!_end.IsCancellationRequested && Interlocked.Exchange(ref _busy, 1) == 0)
        {
            _looking = Task.Run(LookAsync, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _looking;
        _end.Dispose();
    }

    private async Task LookAsync()
    {
        try
        {
            while (Interlocked.Exchange(ref _written, 0) != 0)
            {
                await AnalyseGrownAsync();
                await Task.Delay(Pause, clock, _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private async Task AnalyseGrownAsync()
    {
        try
        {
            await using var lease = await pool.OpenAsync(schema, _end.Token);
            await lease.ChooseAsync(_end.Token);
            lease.Keep();
            var connection = lease.Connection;
            var grown = await connection.QueryAsync<string>(
                new CommandDefinition(lease.Text(SelectGrown), cancellationToken: _end.Token)
            );
            foreach (var table in grown)
            {
                // Another process, or autovacuum, may be at it: then it is done without us.
                await connection.ExecuteAsync(
                    new CommandDefinition(
                        $"ANALYZE (SKIP_LOCKED) {table}",
                        commandTimeout: 0,
                        cancellationToken: _end.Token
                    )
                );
                LogAnalysed(logger, table);
            }
        }
        catch (NpgsqlException exception)
        {
            // The engine's own autovacuum comes round later.
            LogNotAnalysed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The statistics of {Table} were taken anew: it has grown.")]
    private static partial void LogAnalysed(ILogger logger, string table);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No statistics were taken.")]
    private static partial void LogNotAnalysed(ILogger logger, Exception exception);
}
