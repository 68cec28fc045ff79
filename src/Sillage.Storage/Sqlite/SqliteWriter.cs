using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Sillage.Storage.Sqlite;

/// <summary>
/// The one writer of a file. Its thread takes queued units, runs those that are there as one transaction and commits
/// once for all of them, so that the price of reaching the disk is shared.
/// </summary>
internal sealed partial class SqliteWriter : IDisposable
{
    private const int QueueCapacity = 8192;
    private const int MostUnits = 512;
    private static readonly TimeSpan LongestGroup = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryWhenQueueIsFull = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<WriteItem> _queue = new(QueueCapacity);
    private readonly ConcurrentQueue<Action<SqliteSession>> _between = new();
    private readonly List<WriteItem> _group = new(MostUnits);
    private readonly SqliteFiles _files;
    private readonly UnitRecorder _recorder;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private SqliteSession? _session;
    private WriteItem? _running;

    public SqliteWriter(string name, SqliteFiles files, UnitRecorder recorder, StorageMetrics metrics, ILogger logger)
    {
        Name = name;
        _files = files;
        _recorder = recorder;
        _metrics = metrics;
        _logger = logger;
        _session = SqliteSession.OpenWriter(files);
        _thread = new Thread(Run) { IsBackground = true, Name = $"writer of {name}" };
        _thread.Start();
        _metrics.Watch(name, () => _queue.Count);
    }

    public string Name { get; }

    public Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken ct)
    {
        if (WriteItem.Current.Value is { IsRunning: true })
        {
            throw new InvalidOperationException(
                "A unit of work asked for another one. Use the unit at hand, or write after it has returned."
            );
        }

        var item = new WriteItem<T>(work, ct);
        try
        {
            if (_queue.TryAdd(item))
            {
                return item.Task;
            }
        }
        catch (InvalidOperationException)
        {
            throw new DatabaseUnavailableException("The server is shutting down.", RetryWhenQueueIsFull);
        }

        throw new DatabaseUnavailableException(
            "Too many writes are waiting: nothing was stored.",
            RetryWhenQueueIsFull
        );
    }

    /// <summary>
    /// Runs the action on the writer's thread and connection, outside of any transaction; the connection is opened anew
    /// afterwards. Every write waits meanwhile.
    /// </summary>
    public async Task<T> RunBetweenAsync<T>(Func<SqliteSession, T> action, CancellationToken ct)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _between.Enqueue(session =>
        {
            try
            {
                done.SetResult(action(session));
            }
#pragma warning disable CA1031 // Whoever asked for it is told, and the writer goes on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                done.SetException(exception);
            }
        });
        // An empty unit: it comes when the queue has come so far, and the action after its group.
        await WriteAsync(_ => Task.FromResult(true), ct);
        // While the file cannot be opened the action waits for another group, which may not come before the server ends.
        return await done.Task.WaitAsync(ct);
    }

    /// <summary>Commits what is queued, then closes the file.</summary>
    public void Dispose()
    {
        if (_queue.IsAddingCompleted)
        {
            return;
        }

        _queue.CompleteAdding();
        _thread.Join();
        _metrics.Unwatch(Name);
        _session?.Dispose();
        _queue.Dispose();
    }

    private void Run()
    {
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            try
            {
                CommitGroup(first);
            }
#pragma warning disable CA1031 // The edge of the writer's loop: whoever waits is told, and the writer goes on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                FailGroup(exception);
            }

            RunBetween();
        }
    }

    private void RunBetween()
    {
        while (_between.TryDequeue(out var action))
        {
            try
            {
                _session ??= SqliteSession.OpenWriter(_files);
            }
            catch (SqliteException exception)
            {
                LogReopening(_logger, Name, exception);
                _between.Enqueue(action);
                return;
            }

            action(_session);
            _session.Dispose();
            _session = null;
        }
    }

    private void CommitGroup(WriteItem first)
    {
        _group.Clear();
        _running = first;
        _session ??= SqliteSession.OpenWriter(_files);
        var started = Stopwatch.GetTimestamp();

        // No waiting for company: while one group goes to the disk the next one queues up.
        for (var item = first; item is not null; item = Next(started))
        {
            _running = item;
            if (!item.Skip())
            {
                RunUnit(_session, item);
            }

            _running = null;
        }

        if (_group.Count == 0)
        {
            return;
        }

        _session.ResetStatements();
        var committing = Stopwatch.GetTimestamp();
        _session.Prepare("COMMIT").Run();
        var committed = Stopwatch.GetElapsedTime(committing);
        var units = _group.Count;
        foreach (var item in _group)
        {
            RunCommitted(item);
            item.Acknowledge();
        }

        // Stored and said so: whatever fails from here on fails nobody's unit.
        _group.Clear();
        _metrics.Committed(Name, units, committed);
    }

    private WriteItem? Next(long started) =>
        _group.Count < MostUnits && Stopwatch.GetElapsedTime(started) < LongestGroup && _queue.TryTake(out var item)
            ? item
            : null;

    private void RunUnit(SqliteSession session, WriteItem item)
    {
        // The first of a group needs no savepoint: with nothing before it, the whole transaction can go.
        var alone = _group.Count == 0;
        session.Prepare(alone ? "BEGIN IMMEDIATE" : "SAVEPOINT unit").Run();

        session.Failure = null;
        var failure = item.Run(new SqliteUnit(session, _recorder)) ?? session.Failure;
        if (!session.InTransaction)
        {
            throw new TransactionLostException(failure);
        }

        if (failure is DatabaseUnavailableException { InnerException: SqliteException })
        {
            throw failure;
        }

        if (failure is null)
        {
            if (!alone)
            {
                session.Prepare("RELEASE unit").Run();
            }

            _group.Add(item);
            return;
        }

        session.ResetStatements();
        if (alone)
        {
            session.Prepare("ROLLBACK").Run();
        }
        else
        {
            session.Prepare("ROLLBACK TO unit").Run();
            session.Prepare("RELEASE unit").Run();
        }

        item.Fail(failure);
    }

    private void RunCommitted(WriteItem item)
    {
        foreach (var action in item.Committed)
        {
            try
            {
                action();
            }
#pragma warning disable CA1031 // The unit is stored: what follows from it must not make it look as if it were not.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogCommittedActionFailed(_logger, Name, exception);
            }
        }
    }

    /// <summary>Nothing of the group was stored: everyone is told, and the connection is made fit for the next group.</summary>
    private void FailGroup(Exception exception)
    {
        var told = AsUnavailable(exception);
        LogGroupFailed(_logger, Name, _group.Count, exception);
        Recover();
        foreach (var item in _group)
        {
            item.Fail(told);
        }

        _running?.Fail(told);
        _running = null;
        _group.Clear();
    }

    private void Recover()
    {
        try
        {
            _session?.Rollback();
        }
        catch (SqliteException exception)
        {
            LogReopening(_logger, Name, exception);
            _session?.Dispose();
            _session = null;
        }
    }

    private static DatabaseUnavailableException AsUnavailable(Exception exception) =>
        exception switch
        {
            DatabaseUnavailableException unavailable => unavailable,
            TransactionLostException { InnerException: DatabaseUnavailableException unavailable } => unavailable,
            SqliteException sqlite => SqliteErrors.Unavailable(sqlite),
            _ => new DatabaseUnavailableException(
                "The transaction was lost: nothing was stored.",
                RetryWhenQueueIsFull,
                exception
            ),
        };

    [LoggerMessage(Level = LogLevel.Error, Message = "A group of {Count} writes to {Database} was not stored.")]
    private static partial void LogGroupFailed(ILogger logger, string database, int count, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to {Database} is broken and is opened anew.")]
    private static partial void LogReopening(ILogger logger, string database, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "What should follow a commit to {Database} failed.")]
    private static partial void LogCommittedActionFailed(ILogger logger, string database, Exception exception);

    /// <summary>SQLite rolled the transaction back by itself.</summary>
    private sealed class TransactionLostException(Exception? cause)
        : Exception("SQLite ended the transaction in the middle of a unit.", cause);
}
