using System.Diagnostics;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Bare;

/// <summary>
/// The limit of the storage engine: ready-made values inserted into the server's own table, with its pragmas, one
/// transaction a batch, by one thread.
/// </summary>
internal sealed class SqliteLoop : IDisposable
{
    // Those of the server's writer, which decide what is durable and what it costs.
    private const string Pragmas = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = ON;
        PRAGMA wal_autocheckpoint = 2000;
        PRAGMA cache_size = -32768;
        PRAGMA mmap_size = 268435456;
        PRAGMA temp_store = MEMORY;
        """;

    private const string Insert = """
        INSERT INTO trace (study, id, participant, timestamp, time, received_at, session, sequence, name, data)
        VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """;

    private readonly Sqlite _database;
    private readonly nint _begin;
    private readonly nint _insert;
    private readonly nint _commit;
    private readonly Values _values = new();
    private long _sequence;

    public SqliteLoop(Ground ground)
    {
        var folder = ground.NewFolder("bare");
        _database = new Sqlite(Path.Combine(folder, "traces.db"));
        _database.Execute(Pragmas);
        // Two of the server's migrations name it; no trace goes there.
        _database.Execute($"ATTACH '{Path.Combine(folder, "traces.identities.db")}' AS identities");
        foreach (var sql in ground.TraceTables("Sqlite"))
        {
            _database.Execute(sql);
        }

        _begin = _database.Prepare("BEGIN IMMEDIATE");
        _insert = _database.Prepare(Insert);
        _commit = _database.Prepare("COMMIT");
    }

    public LoadResult Run(int batch, LoadShape shape)
    {
        RunFor(batch, shape.WarmUp);
        return RunFor(batch, shape.Measured);
    }

    public void Dispose() => _database.Dispose();

    private LoadResult RunFor(int batch, TimeSpan time)
    {
        var processes = new ProcessTree(Environment.ProcessId);
        var before = processes.Usage();
        var latency = new Histogram();
        var started = Stopwatch.GetTimestamp();
        long batches = 0;
        for (; Stopwatch.GetElapsedTime(started) < time; batches++)
        {
            var one = Stopwatch.GetTimestamp();
            _database.Run(_begin);
            for (var i = 0; i < batch; i++)
            {
                InsertOne();
            }

            _database.Run(_commit);
            latency.Record(Stopwatch.GetElapsedTime(one));
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        var after = processes.Usage();
        return new LoadResult
        {
            Requests = batches,
            Traces = batches * batch,
            Elapsed = elapsed,
            ServerProcessor = after.Processor - before.Processor,
            Memory = after.Memory,
            Latency = latency,
        };
    }

    private void InsertOne()
    {
        var now = TimeProvider.System.GetUtcNow();
        var microseconds = now.ToUnixTimeMilliseconds() * 1000;
        var value = _values.Next();
        Span<byte> id = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(id, bigEndian: true, out _);
        Span<byte> timestamp = stackalloc byte[24];
        now.TryFormat(timestamp, out _, "yyyy-MM-ddTHH:mm:ss.fffZ");

        _database.BindBlob(_insert, 1, id);
        _database.Bind(_insert, 2, value.Participant);
        _database.BindText(_insert, 3, timestamp);
        _database.Bind(_insert, 4, microseconds);
        _database.Bind(_insert, 5, microseconds);
        _database.BindText(_insert, 6, value.Session);
        _database.Bind(_insert, 7, _sequence++);
        _database.BindText(_insert, 8, value.Name);
        _database.BindText(_insert, 9, value.Data);
        _database.Run(_insert);
    }
}
