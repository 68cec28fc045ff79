using System.Net.Sockets;

namespace Sillage.SocketIO.Transport;

/// <summary>
/// Where the HTTP layer writes to. It never hears of a failure, as it does not from Kestrel's own transport: the end of the
/// connection is told by the reading side. Once the connection is detached nothing of it reaches the socket.
/// </summary>
internal sealed class HttpOutput(SocketStream stream) : ByteStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default)
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

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

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
