using System.Buffers;

namespace Sillage.SocketIO.EngineIO;

/// <summary>
/// The connections that a broadcast gave something to write. They are written to once all of them have it queued: what another
/// broadcast queues meanwhile leaves in the same write. Many are shared out over the processors.
/// </summary>
internal sealed class FlushList : IThreadPoolWorkItem
{
    // Below this a thread takes longer to wake than to do it.
    private const int Chunk = 64;

    private WebSocketTransport[] _transports = [];
    private TaskCompletionSource? _done;
    private int _count;
    private int _next;
    private int _workers;

    /// <summary>Adds a connection whose write has begun.</summary>
    public void Add(WebSocketTransport transport)
    {
        if (_count == _transports.Length)
        {
            Grow();
        }

        _transports[_count++] = transport;
    }

    /// <summary>Writes to all.</summary>
    /// <returns>Ends when each has been written to or, where its client is slow, waits for it.</returns>
    public Task RunAsync()
    {
        var helpers = Math.Min(Environment.ProcessorCount, (_count + Chunk - 1) / Chunk) - 1;
        if (helpers <= 0)
        {
            Flush(0, _count);
            Release();
            return Task.CompletedTask;
        }

        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _workers = helpers + 1;
        for (var i = 0; i < helpers; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        var done = _done.Task;
        ((IThreadPoolWorkItem)this).Execute();
        return done;
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (Interlocked.Add(ref _next, Chunk) - Chunk is var first && first < _count)
        {
            Flush(first, Math.Min(first + Chunk, _count));
        }

        if (Interlocked.Decrement(ref _workers) == 0)
        {
            Release();
            _done!.SetResult();
        }
    }

    private void Flush(int first, int end)
    {
        for (var i = first; i < end; i++)
        {
            _transports[i].Flush();
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<WebSocketTransport>.Shared.Rent(Math.Max(16, _count * 2));
        _transports.AsSpan(0, _count).CopyTo(larger);
        Release();
        _transports = larger;
    }

    private void Release()
    {
        if (_transports.Length > 0)
        {
            ArrayPool<WebSocketTransport>.Shared.Return(_transports, clearArray: true);
            _transports = [];
        }
    }
}
