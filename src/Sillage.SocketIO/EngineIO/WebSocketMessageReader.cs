using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace Sillage.SocketIO.EngineIO;

internal enum WebSocketRead
{
    /// <summary>A whole message is there.</summary>
    Message,

    /// <summary>A message passed the limit; the next read drops the rest of it.</summary>
    TooLarge,

    /// <summary>The client closed.</summary>
    Closed,
}

/// <summary>Collects the messages of a WebSocket. A buffer is rented when bytes arrive and given back after each message.</summary>
internal sealed class WebSocketMessageReader(WebSocket webSocket, int limit)
{
    private const int FirstBuffer = 4096;

    private byte[]? _buffer;
    private int _length;
    private bool _dropping;

    public bool IsBinary { get; private set; }

    public ReadOnlyMemory<byte> Message => _buffer.AsMemory(0, _length);

    public string CloseDetail =>
        webSocket.CloseStatus is { } status and not WebSocketCloseStatus.NormalClosure
            ? $"the client closed with {(int)status}"
            : "the client closed";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<WebSocketRead> ReadAsync()
    {
        _length = 0;
        while (true)
        {
            // An idle connection waits here, without a buffer.
            var result = await webSocket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            do
            {
                if (result.MessageType is WebSocketMessageType.Close)
                {
                    return WebSocketRead.Closed;
                }

                if (!result.EndOfMessage)
                {
                    MakeRoom();
                    result = await webSocket.ReceiveAsync(_buffer.AsMemory(_length), CancellationToken.None);
                }

                if (_dropping)
                {
                    continue;
                }

                _length += result.Count;
                if (_length > limit)
                {
                    _dropping = !result.EndOfMessage;
                    _length = 0;
                    return WebSocketRead.TooLarge;
                }
            } while (!result.EndOfMessage);

            if (!_dropping)
            {
                IsBinary = result.MessageType is WebSocketMessageType.Binary;
                return WebSocketRead.Message;
            }

            _dropping = false;
        }
    }

    public void Release()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }

    private void MakeRoom()
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        }
        else if (_length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_length * 2);
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
