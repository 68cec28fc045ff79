using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Bare;

/// <summary>
/// The limit of PostgreSQL: binary COPY of ready-made values into the server's own table, one COPY and one commit a
/// batch, over several connections at once.
/// </summary>
internal sealed class CopyLoop : IAsyncDisposable
{
    private const string Copy = """
        COPY trace (study, id, participant, timestamp, time, received_at, session, sequence, name, data)
        FROM STDIN (FORMAT binary)
        """;

    private readonly Ground _ground;
    private readonly NpgsqlDataSource _source;

    private CopyLoop(Ground ground, string connection)
    {
        _ground = ground;
        _source = NpgsqlDataSource.Create(connection);
    }

    public static async Task<CopyLoop> CreateAsync(Ground ground)
    {
        var connection = await Databases.CreateAsync(ground.Postgres, "bare");
        foreach (var sql in ground.TraceTables("Postgres"))
        {
            await Databases.ExecuteAsync(connection, sql);
        }

        return new CopyLoop(ground, connection);
    }

    public async Task<LoadResult> RunAsync(int batch, LoadShape shape)
    {
        await RunForAsync(batch, shape.Connections, shape.WarmUp);
        return await RunForAsync(batch, shape.Connections, shape.Measured);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<LoadResult> RunForAsync(int batch, int connections, TimeSpan time)
    {
        var processes = new ProcessTree(Environment.ProcessId, _ground.Postmaster);
        var before = processes.Usage();
        var started = Stopwatch.GetTimestamp();
        var running = Enumerable.Range(0, connections).Select(_ => CopyAsync(batch, started, time)).ToList();
        var latency = new Histogram();
        foreach (var one in running)
        {
            latency.Add(await one);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        var after = processes.Usage();
        return new LoadResult
        {
            Requests = latency.Count,
            Traces = latency.Count * batch,
            Elapsed = elapsed,
            ServerProcessor = after.Processor - before.Processor,
            Memory = after.Memory,
            Latency = latency,
        };
    }

    private async Task<Histogram> CopyAsync(int batch, long started, TimeSpan time)
    {
        await Task.Yield();
        var latency = new Histogram();
        var values = new Values();
        await using var connection = await _source.OpenConnectionAsync();
        for (long sequence = 0; Stopwatch.GetElapsedTime(started) < time; )
        {
            var one = Stopwatch.GetTimestamp();
            await using var writer = await connection.BeginBinaryImportAsync(Copy);
            for (var i = 0; i < batch; i++)
            {
                await WriteAsync(writer, values.Next(), sequence++);
            }

            await writer.CompleteAsync();
            latency.Record(Stopwatch.GetElapsedTime(one));
        }

        return latency;
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter writer, Values.Value value, long sequence)
    {
        var now = TimeProvider.System.GetUtcNow();
        await writer.StartRowAsync();
        await writer.WriteAsync(1L, NpgsqlDbType.Bigint);
        await writer.WriteAsync(Guid.CreateVersion7(now), NpgsqlDbType.Uuid);
        await writer.WriteAsync(value.Participant, NpgsqlDbType.Bigint);
        await writer.WriteAsync(now.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"), NpgsqlDbType.Text);
        await writer.WriteAsync(now, NpgsqlDbType.TimestampTz);
        await writer.WriteAsync(now, NpgsqlDbType.TimestampTz);
        await writer.WriteAsync(value.SessionText, NpgsqlDbType.Text);
        await writer.WriteAsync(sequence, NpgsqlDbType.Bigint);
        await writer.WriteAsync(value.NameText, NpgsqlDbType.Text);
        await writer.WriteAsync(value.DataText, NpgsqlDbType.Json);
    }
}
