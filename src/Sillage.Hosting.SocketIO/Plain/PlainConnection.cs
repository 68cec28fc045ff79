using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Sillage.Hosting.SocketIO.Plain;

/// <summary>A client's WebSocket and the one that stands for it at the Socket.IO server, until either ends.</summary>
internal sealed class PlainConnection(WebSocket client, WebSocket server) : IDisposable
{
    private const int FirstBuffer = 4096;

    // Less than Socket.IO's maxPayload, as the packet that is made of it is longer.
    private const int Longest = 900_000;

    // Whoever says what is none so often is no client.
    private const int MostInvalid = 20;

    private static readonly TimeSpan UntilClosed = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _toClient = new(1);
    private readonly SemaphoreSlim _toServer = new(1);
    private string? _joined;

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            var (coming, going) = (FromClientAsync(ct), FromServerAsync(ct));
            await await Task.WhenAny(coming, going);
            await CloseAsync(server, WebSocketCloseStatus.NormalClosure, "");
            await Task.WhenAll(coming, going);
        }
        catch (Exception e)
            when (e
                    is WebSocketException
                        or IOException
                        or OperationCanceledException
                        or ObjectDisposedException
                        or InvalidOperationException
                        or JsonException
            )
        {
            // One of the two is gone; the other goes with it.
        }
        finally
        {
            server.Abort();
            client.Abort();
        }
    }

    public void Dispose()
    {
        _toClient.Dispose();
        _toServer.Dispose();
    }

    private async Task FromClientAsync(CancellationToken ct)
    {
        var invalid = 0;
        while (await ReadAsync(client, ct) is { } message)
        {
            if (message.Type != WebSocketMessageType.Text)
            {
                await CloseAsync(client, WebSocketCloseStatus.InvalidMessageType, "messages are text");
                return;
            }

            try
            {
                var (packet, joined) = PlainMessages.ToPacket(message.Data, _joined);
                _joined = joined;
                await SendAsync(server, _toServer, Encoding.UTF8.GetBytes(packet), ct);
            }
            catch (FormatException e)
            {
                await SendAsync(client, _toClient, PlainMessages.Invalid(e.Message), ct);
                if (++invalid == MostInvalid)
                {
                    await CloseAsync(client, WebSocketCloseStatus.PolicyViolation, "these are no messages");
                    return;
                }
            }
        }
    }

    private async Task FromServerAsync(CancellationToken ct)
    {
        while (await ReadAsync(server, ct) is { } message)
        {
            if (message.Type != WebSocketMessageType.Text || message.Data.IsEmpty)
            {
                continue;
            }

            switch ((char)message.Data.Span[0])
            {
                case '2':
                    // Whether the client is there its own WebSocket finds out.
                    await SendAsync(server, _toServer, "3"u8.ToArray(), ct);
                    break;
                case '4' when message.Data.Length > 1:
                    if (PlainMessages.FromPacket(message.Data.Span[1..]) is { } told)
                    {
                        await SendAsync(client, _toClient, told, ct);
                    }

                    if (message.Data.Span[1] is (byte)'1' or (byte)'4')
                    {
                        await CloseAsync(client, WebSocketCloseStatus.PolicyViolation, "ended by the server");
                        return;
                    }

                    break;
                default:
                    break;
            }
        }

        await CloseAsync(client, WebSocketCloseStatus.EndpointUnavailable, "the server closes");
    }

    private static async Task SendAsync(
        WebSocket socket,
        SemaphoreSlim turn,
        ReadOnlyMemory<byte> text,
        CancellationToken ct
    )
    {
        await turn.WaitAsync(ct);
        try
        {
            await socket.SendAsync(text, WebSocketMessageType.Text, true, ct);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string why)
    {
        var turn = socket == client ? _toClient : _toServer;
        using var limit = new CancellationTokenSource(UntilClosed);
        await turn.WaitAsync(limit.Token);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(status, why, limit.Token);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The next message; null when the other side closes.</summary>
    private async Task<(ReadOnlyMemory<byte> Data, WebSocketMessageType Type)?> ReadAsync(
        WebSocket socket,
        CancellationToken ct
    )
    {
        // An idle connection waits without a buffer.
        var read = await socket.ReceiveAsync(Memory<byte>.Empty, ct);
        var message = new ArrayBufferWriter<byte>(FirstBuffer);
        while (read is { MessageType: not WebSocketMessageType.Close, EndOfMessage: false })
        {
            read = await socket.ReceiveAsync(message.GetMemory(FirstBuffer), ct);
            message.Advance(read.Count);
            if (message.WrittenCount > Longest && socket == client)
            {
                await CloseAsync(client, WebSocketCloseStatus.MessageTooBig, $"at most {Longest} bytes");
                return null;
            }
        }

        return read.MessageType == WebSocketMessageType.Close ? null : (message.WrittenMemory, read.MessageType);
    }
}
