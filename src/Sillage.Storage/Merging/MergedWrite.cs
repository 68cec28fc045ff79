namespace Sillage.Storage.Merging;

/// <summary>What one request has to have stored, together with what others bring (<see cref="MergedWrites{TWrite,TOutcome}"/>).</summary>
/// <typeparam name="TOutcome">What becomes of it.</typeparam>
public abstract class MergedWrite<TOutcome>
{
    private readonly TaskCompletionSource<TOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it takes of the room that is for what waits, in bytes.</summary>
    public abstract int Weight { get; }

    /// <summary>How many rows it is, about.</summary>
    public virtual int Count => 1;

    /// <summary>Ends when it is durable, or was not stored.</summary>
    internal Task<TOutcome> Done => _done.Task;

    internal void Complete(TOutcome outcome) => _done.TrySetResult(outcome);

    internal void Fail(Exception exception) => _done.TrySetException(exception);
}
