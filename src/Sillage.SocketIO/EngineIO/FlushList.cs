using System.Buffers;

namespace Sillage.SocketIO.EngineIO;

/// <summary>
/// The connections that a broadcast gave something to write. They are written to once all of them have it queued: what another
/// broadcast queues meanwhile leaves in the same write.
/// </summary>
internal sealed class FlushList : IThreadPoolWorkItem
{
    // Up to so many are written to at once: a thread takes longer to wake.
    private const int Few = 32;

    // As many are written to before other work has its turn. What comes in from clients goes first, and if it is another
    // broadcast it leaves in the same writes; a thread that wrote on would write to all of them again.
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

    /// <summary>Writes to all; where they are many, on several threads of the pool.</summary>
    /// <returns>Ends when each has been written to or, where its client is slow, waits for it.</returns>
    public Task RunAsync()
    {
        if (_count <= Few)
        {
            Flush(0, _count);
            Release();
            return Task.CompletedTask;
        }

        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _workers = Math.Min(Environment.ProcessorCount, (_count + Chunk - 1) / Chunk);
        for (var i = _workers; i > 0; i--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return _done.Task;
    }

    void IThreadPoolWorkItem.Execute()
    {
        var first = Interlocked.Add(ref _next, Chunk) - Chunk;
        if (first < _count)
        {
            Flush(first, Math.Min(first + Chunk, _count));
        }

        if (first + Chunk < _count)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else if (Interlocked.Decrement(ref _workers) == 0)
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
