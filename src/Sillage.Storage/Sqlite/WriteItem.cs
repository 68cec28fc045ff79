namespace Sillage.Storage.Sqlite;

/// <summary>A unit of work in the writer's queue, and the one who waits for it.</summary>
internal abstract class WriteItem
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    /// <summary>The unit that the current flow of control is in; what guards against waiting for oneself.</summary>
    public static AsyncLocal<WriteItem?> Current { get; } = new();

    public bool IsRunning { get; private set; }

    public IReadOnlyList<Action> Committed { get; private set; } = [];

    /// <summary>Whether the caller gave up before the unit started; if so, the caller is told.</summary>
    public abstract bool Skip();

    /// <summary>Durable: the caller gets its result.</summary>
    public abstract void Acknowledge();

    /// <summary>Nothing of the unit was stored.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>Runs the work under the caller's own context (activity, log scopes).</summary>
    /// <returns>Why the unit must be rolled back, or null.</returns>
    public Exception? Run(SqliteUnit unit)
    {
        Exception? failure = null;
        if (_context is null)
        {
            failure = RunGuarded(unit);
        }
        else
        {
            ExecutionContext.Run(_context, _ => failure = RunGuarded(unit), null);
        }

        Committed = unit.Committed;
        return failure;
    }

    /// <summary>Calls the work and keeps its result.</summary>
    /// <returns>The work's task.</returns>
    protected abstract Task Call(SqliteUnit unit);

    private Exception? RunGuarded(SqliteUnit unit)
    {
        Current.Value = this;
        IsRunning = true;
        try
        {
            var task = Call(unit);
            if (!task.IsCompleted)
            {
                // It goes on elsewhere with this connection in hand: nobody else may touch it until it has ended.
                ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
                return new InvalidOperationException(
                    "The unit of work awaited something other than the unit itself. Do that before the write or after it: "
                        + "every other write waits meanwhile."
                );
            }

            task.GetAwaiter().GetResult();
            return null;
        }
#pragma warning disable CA1031 // Whatever the work throws is its caller's to see, and the writer's to survive.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
        finally
        {
            IsRunning = false;
            Current.Value = null;
        }
    }
}

/// <inheritdoc/>
internal sealed class WriteItem<T>(Func<IUnitOfWork, Task<T>> work, CancellationToken ct) : WriteItem
{
    // Continuations run elsewhere: the writer's thread has the next group to commit.
    private readonly TaskCompletionSource<T> _waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _cancellationToken = ct;
    private readonly Func<IUnitOfWork, Task<T>> _work = work;
    private Task<T>? _result;

    public Task<T> Task => _waiter.Task;

    public override bool Skip() =>
        _cancellationToken.IsCancellationRequested && _waiter.TrySetCanceled(_cancellationToken);

    public override void Acknowledge() => _waiter.TrySetResult(_result!.GetAwaiter().GetResult());

    public override void Fail(Exception exception)
    {
        if (exception is OperationCanceledException canceled)
        {
            _waiter.TrySetCanceled(canceled.CancellationToken);
        }
        else
        {
            _waiter.TrySetException(exception);
        }
    }

    protected override Task Call(SqliteUnit unit) => _result = _work(unit);
}
