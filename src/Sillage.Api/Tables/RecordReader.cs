namespace Sillage.Api.Tables;

/// <summary>
/// Reads a stream record by record through one buffer, which grows as far as the longest record that may be and no further:
/// a file of any length is read in the same memory.
/// </summary>
/// <param name="stream">What is read; the reader disposes of it.</param>
/// <param name="maximumRecord">How many bytes a record may have.</param>
public abstract class RecordReader(Stream stream, int maximumRecord) : IDisposable
{
    private const int FirstBuffer = 256 * 1024;

    private byte[] _buffer = new byte[Math.Min(FirstBuffer, maximumRecord)];
    private int _start;
    private int _end;
    private bool _ended;
    private int _recordStart;
    private int _recordLength;
    private long _nextLine = 1;

    /// <summary>What the first line counts as, where lines were left out before it.</summary>
    public long FirstLine
    {
        init => _nextLine = value;
    }

    /// <summary>What is thrown where a record is longer than may be, of what is to be said; an <see cref="InvalidDataException"/> unless it is set.</summary>
    public Func<string, Exception> Fails { private get; init; } = static message => new InvalidDataException(message);

    /// <summary>The line that the record begins in, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Whether the record ends with a line end; the last one of a file need not.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>The record as it stands in the file, without its line end; valid until the next one is read.</summary>
    public ReadOnlySpan<byte> Raw => _buffer.AsSpan(_recordStart, _recordLength);

    /// <summary>The same, for what outlives the stack.</summary>
    public ReadOnlyMemory<byte> RawMemory => _buffer.AsMemory(_recordStart, _recordLength);

    /// <summary>What to check where a record has no end.</summary>
    protected abstract string Advice { get; }

    /// <summary>Goes to the next record that is not empty.</summary>
    /// <returns>False at the end.</returns>
    public bool Read()
    {
        while (true)
        {
            var text = _buffer.AsSpan(_start, _end - _start);
            if (text.IsEmpty && _ended)
            {
                return false;
            }

            if (text.IsEmpty || !TryParse(text, _ended, out var length, out var total))
            {
                Fill();
                continue;
            }

            Line = _nextLine;
            _nextLine += LinesIn(text[..total]);
            (_recordStart, _recordLength) = (_start, length);
            IsTerminated = total > length;
            _start += total;
            if (!IsBlank)
            {
                return true;
            }
        }
    }

    /// <summary>Whether the record just read holds nothing.</summary>
    protected abstract bool IsBlank { get; }

    /// <summary>Finds the end of the first record.</summary>
    /// <param name="text">What has been read so far from the record's beginning on; not empty.</param>
    /// <param name="atEnd">Whether nothing follows.</param>
    /// <param name="length">The record's length without its line end.</param>
    /// <param name="total">Its length with it.</param>
    /// <returns>False if more has to be read to tell.</returns>
    protected abstract bool TryParse(ReadOnlySpan<byte> text, bool atEnd, out int length, out int total);

    /// <summary>Frees what the reader holds, and the stream.</summary>
    public void Dispose()
    {
        stream.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_end, _start) = (_end - _start, 0);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= maximumRecord)
            {
                throw Fails($"Line {_nextLine}: what begins here is longer than {maximumRecord / 1024} KiB. {Advice}");
            }

            Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, maximumRecord));
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
    }

    // A carriage return alone ends a line, too.
    private static int LinesIn(ReadOnlySpan<byte> text)
    {
        var feeds = text.Count((byte)'\n');
        return text.EndsWith("\r"u8) ? feeds + 1 : feeds;
    }
}
