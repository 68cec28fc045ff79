using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Sillage.Storage.Sqlite;

/// <summary>The pool of connections that read. Each read gets a snapshot of its own and never waits for the writer.</summary>
internal sealed class SqliteReaders(SqliteFiles files) : IDisposable
{
    // A long export keeps its connection: enough for many of them at once, yet bounded.
    private const int Most = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);
    private static readonly int KeptOpen = Math.Max(4, Environment.ProcessorCount * 2);

    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly SemaphoreSlim _free = new(Most);
    private readonly SqliteFiles _files = files;
    private volatile bool _disposed;

    public async Task<T> ReadAsync<T>(Func<IReader, Task<T>> read, CancellationToken ct)
    {
        if (!await _free.WaitAsync(LongestWait, ct))
        {
            throw new DatabaseUnavailableException("Too many reads are going on.", TimeSpan.FromSeconds(1));
        }

        try
        {
            return await ReadOnSnapshotAsync(read);
        }
        catch (SqliteException exception) when (SqliteErrors.EndsTransaction(exception))
        {
            throw SqliteErrors.Unavailable(exception);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }

    private async Task<T> ReadOnSnapshotAsync<T>(Func<IReader, Task<T>> read)
    {
        var session = _idle.TryTake(out var kept) ? kept : SqliteSession.OpenReader(_files);
        var reusable = false;
        try
        {
            session.Prepare("BEGIN DEFERRED").Run();
            var result = await read(new SqliteReader(session));
            reusable = true;
            return result;
        }
        finally
        {
            Return(session, reusable);
        }
    }

    /// <summary>A connection whose read failed is closed, not kept: its state is not worth reasoning about.</summary>
    private void Return(SqliteSession session, bool reusable)
    {
        if (!reusable || _disposed || _idle.Count >= KeptOpen)
        {
            session.Dispose();
            return;
        }

        session.ResetStatements();
        session.Prepare("ROLLBACK").Run();
        _idle.Add(session);
    }
}
