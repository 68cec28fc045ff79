using System.Net;
using System.Net.Sockets;

namespace Sillage.Benchmarks.Load;

/// <summary>One HTTP/1.1 keep-alive connection that sends ready-made bytes and skims the reply.</summary>
internal sealed class HttpConnection(IPEndPoint address, int bufferSize = 16 * 1024) : IDisposable
{
    private readonly IPEndPoint _address = address;
    private readonly byte[] _buffer = new byte[bufferSize];
    private Socket? _socket;

    /// <summary>What is known of the last reply.</summary>
    public ReplyReader Reply { get; init; } = new();

    /// <summary>Sends the request and reads the whole reply.</summary>
    /// <returns>The status code.</returns>
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> request)
    {
        if (_socket is null)
        {
            _socket = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await _socket.ConnectAsync(_address);
        }

        for (var sent = 0; sent < request.Length; )
        {
            sent += await _socket.SendAsync(request[sent..]);
        }

        int read;
        do
        {
            read = await _socket.ReceiveAsync(_buffer);
            if (read == 0)
            {
                throw new IOException("The server closed the connection in the middle of a reply.");
            }
        } while (!Reply.Feed(_buffer.AsSpan(0, read)));

        if (Reply.Closes)
        {
            Close();
        }

        return Reply.Status;
    }

    public void Dispose() => Close();

    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
        Reply.Reset();
    }
}
