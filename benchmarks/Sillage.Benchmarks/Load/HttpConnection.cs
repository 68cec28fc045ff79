using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sillage.Benchmarks.Load;

/// <summary>
/// One HTTP/1.1 keep-alive connection that costs next to nothing: the request is ready-made bytes, and of the reply only
/// the status and the length are looked at. The load and the server share the processors, so a costly client would
/// measure itself.
/// </summary>
internal sealed class HttpConnection(IPEndPoint address, int bufferSize = 16 * 1024) : IDisposable
{
    private readonly IPEndPoint _address = address;
    private readonly byte[] _buffer = new byte[bufferSize];
    private Socket? _socket;
    private int _start;
    private int _end;

    /// <summary>Bytes of the last reply's body.</summary>
    public long BodyBytes { get; private set; }

    /// <summary>Line feeds in the last reply's body; counted only if <see cref="CountLines"/> is set.</summary>
    public long Lines { get; private set; }

    public bool CountLines { get; init; }

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

        return await ReadReplyAsync();
    }

    public void Dispose() => Close();

    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
        _start = _end = 0;
    }

    private async ValueTask<int> ReadReplyAsync()
    {
        BodyBytes = 0;
        Lines = 0;
        int head;
        while ((head = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await FillAsync();
        }

        var reply = ReplyHead.Parse(_buffer.AsSpan(_start, head + 2));
        _start += head + 4;
        if (reply.Chunked)
        {
            await SkipChunksAsync();
        }
        else if (reply.Length >= 0)
        {
            await SkipAsync(reply.Length);
        }
        else
        {
            throw new IOException("A reply without a length.");
        }

        if (reply.Close)
        {
            Close();
        }

        return reply.Status;
    }

    private async ValueTask SkipChunksAsync()
    {
        while (true)
        {
            int line;
            while ((line = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
            {
                await FillAsync();
            }

            var text = _buffer.AsSpan(_start, line);
            if (!Utf8Parser.TryParse(text, out long size, out _, 'X'))
            {
                throw new IOException("A chunk without a size.");
            }

            _start += line + 2;
            await SkipAsync(size);
            await SkipAsync(2, body: false);
            if (size == 0)
            {
                return;
            }
        }
    }

    private async ValueTask SkipAsync(long count, bool body = true)
    {
        BodyBytes += body ? count : 0;
        while (count > 0)
        {
            if (_start == _end)
            {
                await FillAsync();
            }

            var take = (int)Math.Min(count, _end - _start);
            if (CountLines && body)
            {
                Lines += _buffer.AsSpan(_start, take).Count((byte)'\n');
            }

            _start += take;
            count -= take;
        }
    }

    private async ValueTask FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            if (_start == 0)
            {
                throw new IOException("A reply head longer than the buffer.");
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = await _socket!.ReceiveAsync(_buffer.AsMemory(_end));
        if (read == 0)
        {
            throw new IOException("The server closed the connection in the middle of a reply.");
        }

        _end += read;
    }

    private readonly record struct ReplyHead(int Status, long Length, bool Chunked, bool Close)
    {
        public static ReplyHead Parse(ReadOnlySpan<byte> head)
        {
            var status = int.Parse(head.Slice(9, 3), CultureInfo.InvariantCulture);
            var length = status is 204 or 304 ? 0L : -1L;
            var chunked = false;
            var close = false;
            foreach (var range in head.Split("\r\n"u8))
            {
                var line = head[range];
                var colon = line.IndexOf((byte)':');
                if (colon < 0)
                {
                    continue;
                }

                var value = line[(colon + 1)..].Trim((byte)' ');
                if (Ascii.EqualsIgnoreCase(line[..colon], "content-length"u8))
                {
                    length = long.Parse(value, CultureInfo.InvariantCulture);
                }
                else if (Ascii.EqualsIgnoreCase(line[..colon], "transfer-encoding"u8))
                {
                    chunked = true;
                }
                else if (Ascii.EqualsIgnoreCase(line[..colon], "connection"u8))
                {
                    close = Ascii.EqualsIgnoreCase(value, "close"u8);
                }
            }

            return new ReplyHead(status, length, chunked, close);
        }
    }
}
