using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Sillage.SocketIO.Transport;

/// <summary>Accepts connections.</summary>
internal sealed class DetachableListener(
    Socket socket,
    SocketTransportOptions options,
    MemoryPool<byte> memory,
    bool mayDetach,
    ConnectionCount? count,
    CancellationToken stopping
) : IConnectionListener
{
    private static long _lastId = System.Diagnostics.Stopwatch.GetTimestamp();

    // The engine closes its connections when the host stops, and cuts them off after its close timeout.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _detachedGone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The listener itself counts as one until it is disposed of.
    private int _detached = 1;
    private int _disposed;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <summary>An id that no other connection of this process has.</summary>
    public static string NextId() => Interlocked.Increment(ref _lastId).ToString("x", CultureInfo.InvariantCulture);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken ct = default)
    {
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await socket.AcceptAsync(ct);
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.OperationAborted)
            {
                return null;
            }
            catch (SocketException e)
            {
                // A client that went away before it was accepted; or there are no more files to open, which takes a while to mend.
                if (e.SocketErrorCode is SocketError.TooManyOpenSockets)
                {
                    await Task.Delay(Pause, ct);
                }

                continue;
            }

            if (count?.TryAdd() is false)
            {
                // As Kestrel's own limit does: cut off, so that a flood leaves nothing behind.
                accepted.Close(timeout: 0);
                continue;
            }

            try
            {
                accepted.NoDelay = options.NoDelay;
                accepted.Blocking = false;
                var connection = new DetachableConnection(accepted, this, memory, options.MaxReadBufferSize ?? 0);
                connection.Start();
                return connection;
            }
            catch (SocketException)
            {
                accepted.Dispose();
                count?.Remove();
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken ct = default)
    {
        socket.Dispose();
        return default;
    }

    /// <summary>Kestrel's own connections have ended: waits for the goodbye of those that it no longer knows.</summary>
    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            OnDetachedClosed();
            if (stopping.IsCancellationRequested)
            {
                await Task.WhenAny(_detachedGone.Task, Task.Delay(LongestWait, CancellationToken.None));
            }

            memory.Dispose();
        }
    }

    /// <summary>Whether another connection may be taken from Kestrel; it then counts.</summary>
    public bool TryCountDetached()
    {
        if (!mayDetach)
        {
            return false;
        }

        Interlocked.Increment(ref _detached);
        return true;
    }

    /// <summary>A connection has gone, detached or not.</summary>
    public void OnClosed() => count?.Remove();

    public void OnDetachedClosed()
    {
        if (Interlocked.Decrement(ref _detached) == 0)
        {
            _detachedGone.TrySetResult();
        }
    }
}
