using System.Net.Sockets;

namespace Sillage.SocketIO.Transport;

/// <summary>
/// Where the HTTP layer writes to. It never hears of a failure, as it does not from Kestrel's own transport: the end of the
/// connection is told by the reading side. Once the connection is detached nothing of it reaches the socket.
/// </summary>
internal sealed class HttpOutput(SocketStream stream) : Stream
{
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (stream.IsDetached)
        {
            return ValueTask.CompletedTask;
        }

        try
        {
            var write = stream.WriteAsync(buffer, CancellationToken.None);
            return write.IsCompletedSuccessfully ? write : QuietAsync(write);
        }
        catch (ObjectDisposedException)
        {
            return ValueTask.CompletedTask;
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static async ValueTask QuietAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The reading side tells.
            return;
        }
    }
}
