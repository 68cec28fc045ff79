using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Sillage.Benchmarks.Load;

/// <summary>
/// Reads HTTP/1.1 replies from their bytes as they come, in pieces of any size. Of each reply the status, the length and, if
/// asked for, the line feeds are kept.
/// </summary>
internal sealed class ReplyReader
{
    private const int LongestHead = 16 * 1024;

    // What of a head or a chunk's size has come without its end.
    private readonly byte[] _kept = new byte[LongestHead];
    private int _keptLength;
    private Place _place;
    private long _left;
    private bool _isLastChunk;

    private enum Place
    {
        Head,
        Body,
        ChunkSize,
        Chunk,
        ChunkEnd,
    }

    /// <summary>The last reply's status code.</summary>
    public int Status { get; private set; }

    /// <summary>Whether the server closes the connection after the last reply.</summary>
    public bool Closes { get; private set; }

    /// <summary>Bytes of the last reply's body.</summary>
    public long BodyBytes { get; private set; }

    /// <summary>Line feeds in the last reply's body; counted only if <see cref="CountLines"/> is set.</summary>
    public long Lines { get; private set; }

    public bool CountLines { get; init; }

    /// <summary>Forgets what has come of a reply that broke off.</summary>
    public void Reset() => (_place, _keptLength) = (Place.Head, 0);

    /// <summary>Reads on.</summary>
    /// <param name="bytes">What has come; nothing beyond the reply that is waited for.</param>
    /// <returns>Whether the reply is complete.</returns>
    public bool Feed(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            switch (_place)
            {
                case Place.Head:
                    if (!TryTake(ref bytes, "\r\n\r\n"u8, out var head))
                    {
                        return false;
                    }

                    Begin(head);
                    break;
                case Place.ChunkSize:
                    if (!TryTake(ref bytes, "\r\n"u8, out var size))
                    {
                        return false;
                    }

                    if (!Utf8Parser.TryParse(size, out _left, out _, 'X'))
                    {
                        throw new IOException("A chunk without a size.");
                    }

                    _isLastChunk = _left == 0;
                    _place = Place.Chunk;
                    break;
                case Place.ChunkEnd:
                    if (!TryTake(ref bytes, "\r\n"u8, out _))
                    {
                        return false;
                    }

                    if (_isLastChunk)
                    {
                        return IsWhole(bytes);
                    }

                    _place = Place.ChunkSize;
                    break;
                default:
                    Skip(ref bytes);
                    if (_left > 0)
                    {
                        return false;
                    }

                    if (_place == Place.Body)
                    {
                        return IsWhole(bytes);
                    }

                    _place = Place.ChunkEnd;
                    break;
            }
        }
    }

    private bool IsWhole(ReadOnlySpan<byte> rest)
    {
        _place = Place.Head;
        return rest.IsEmpty ? true : throw new IOException("More than the reply has come.");
    }

    private void Begin(ReadOnlySpan<byte> head)
    {
        (BodyBytes, Lines, Closes) = (0, 0, false);
        Status = int.Parse(head.Slice(9, 3), CultureInfo.InvariantCulture);
        (_place, _left) = (Place.Body, Status is 204 or 304 ? 0 : -1);
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            var colon = line.IndexOf((byte)':');
            if (colon >= 0)
            {
                Note(line[..colon], line[(colon + 1)..].Trim((byte)' '));
            }
        }

        if (_place == Place.Body && _left < 0)
        {
            throw new IOException("A reply without a length.");
        }
    }

    private void Note(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
        {
            _left = long.Parse(value, CultureInfo.InvariantCulture);
        }
        else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
        {
            _place = Place.ChunkSize;
        }
        else if (Ascii.EqualsIgnoreCase(name, "connection"u8))
        {
            Closes = Ascii.EqualsIgnoreCase(value, "close"u8);
        }
    }

    private void Skip(ref ReadOnlySpan<byte> bytes)
    {
        var taken = bytes[..(int)Math.Min(_left, bytes.Length)];
        BodyBytes += taken.Length;
        if (CountLines)
        {
            Lines += taken.Count((byte)'\n');
        }

        _left -= taken.Length;
        bytes = bytes[taken.Length..];
    }

    private bool TryTake(ref ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> end, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        var found = _keptLength == 0 ? bytes.IndexOf(end) : -1;
        if (found >= 0)
        {
            taken = bytes[..found];
            bytes = bytes[(found + end.Length)..];
            return true;
        }

        // In pieces, which is rare: put together, as far as there is room.
        var before = _keptLength;
        var more = Math.Min(bytes.Length, _kept.Length - before);
        bytes[..more].CopyTo(_kept.AsSpan(before));
        found = _kept.AsSpan(0, before + more).IndexOf(end);
        if (found < 0)
        {
            _keptLength += more;
            bytes = bytes[more..];
            return bytes.IsEmpty ? false : throw new IOException("A reply's head is longer than 16 KiB.");
        }

        taken = _kept.AsSpan(0, found);
        bytes = bytes[(found + end.Length - before)..];
        _keptLength = 0;
        return true;
    }
}
