using System.Net.Sockets;
using System.Text;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>A connection that sends what no HTTP client would, as slowly or as endlessly as a test wants.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Socket _socket;

    private RawConnection(Socket socket) => _socket = socket;

    public static async Task<RawConnection> OpenAsync(SillageServer server, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        return new RawConnection(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes)..];
        }
    }

    /// <summary>Sends, unless the server has cut the connection.</summary>
    /// <returns>Whether it is still there, as far as one can tell.</returns>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await SendAsync(bytes);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>What has been said up to the end of a reply's header fields.</summary>
    public async Task<string> ReadHeadAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var said = new StringBuilder();
        var buffer = new byte[1024];
        while (!said.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await _socket.ReceiveAsync(buffer, patience.Token);
            if (read == 0)
            {
                break;
            }

            said.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return said.ToString();
    }

    /// <summary>Everything that the server says until it ends the connection, in whichever way.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var said = new StringBuilder();
        var buffer = new byte[1024];
        try
        {
            int read;
            while ((read = await _socket.ReceiveAsync(buffer, patience.Token)) > 0)
            {
                said.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // Cut off with something unread.
        }

        return said.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
