using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Sillage.Traces.Import.Files;

/// <summary>
/// A file on its way in as UTF-8: unpacked if it is gzip, converted if another encoding was named, without byte order mark.
/// Its beginning can be looked at before it is read.
/// </summary>
internal sealed class ImportFile : IDisposable
{
    /// <summary>What stands for the standard input.</summary>
    public const string StandardInput = "-";

    private const int HeadLength = 64 * 1024;

    private readonly FileInfo? _file;
    private readonly CountingStream _counted;
    private readonly CountingStream? _unpacked;

    private ImportFile(FileInfo? file, CountingStream counted, CountingStream? unpacked, Stream content, byte[] head)
    {
        (_file, _counted, _unpacked, Head) = (file, counted, unpacked, head);
        Length = file?.Length ?? 0;
        Content = new HeadedStream(head, content);
    }

    /// <summary>The first bytes, as many as there are up to a limit.</summary>
    public byte[] Head { get; }

    /// <summary>Whether there is no more than that.</summary>
    public bool HeadIsAll => Head.Length < HeadLength;

    /// <summary>All of it, from the first byte on.</summary>
    public Stream Content { get; }

    /// <summary>How long it was when it was opened, as it lies on disk; 0 where that cannot be known.</summary>
    public long Length { get; }

    /// <summary>How far it has been read, as it lies on disk.</summary>
    public long Position => _counted.Count;

    /// <summary>Whether somebody has gone on writing since it was opened.</summary>
    public bool HasGrown()
    {
        _file?.Refresh();
        return _file is not null && _file.Length != Length;
    }

    /// <summary>
    /// Whether a packed file, read to its end, may lack its last part: it ends with the length of what was packed (RFC 1952
    /// section 2.3.1), which the framework does not look at. One that was packed in several parts tells that of the last only.
    /// </summary>
    public bool MayBeCut()
    {
        if (_file is null || _unpacked is null)
        {
            return false;
        }

        using var file = _file.OpenRead();
        file.Seek(-Math.Min(4, file.Length), SeekOrigin.End);
        Span<byte> said = stackalloc byte[4];
        return file.ReadAtLeast(said, 4, throwOnEndOfStream: false) < 4
            || BinaryPrimitives.ReadUInt32LittleEndian(said) != (uint)_unpacked.Count;
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">Its path, or <c>-</c>.</param>
    /// <param name="input">What is read for <c>-</c>.</param>
    /// <param name="encoding">The name of its encoding; null for UTF-8.</param>
    /// <param name="skipLines">How many lines are left out at its beginning, whatever stands in them.</param>
    /// <exception cref="ImportException">It cannot be opened or is in no encoding that is read without being named.</exception>
    public static ImportFile Open(string path, Stream? input, string? encoding, int skipLines = 0)
    {
        var named = EncodingOf(encoding);
        try
        {
            var file = path == StandardInput ? null : new FileInfo(path);
            var counted = new CountingStream(
                file is null
                    ? input ?? Stream.Null
                    : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
            );
            var head = ReadHead(counted, 2);
            Stream content = new HeadedStream(head, counted);
            CountingStream? unpacked = null;
            if (head is [0x1F, 0x8B, ..])
            {
                content = unpacked = new CountingStream(new GZipStream(content, CompressionMode.Decompress), counted);
            }

            if (named is not null)
            {
                content = Encoding.CreateTranscodingStream(content, named, new UTF8Encoding(false));
            }

            var start = ReadStart(path, content, named is not null, skipLines);
            return new ImportFile(file, counted, unpacked, content, start);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || IsContent(e))
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>Whether what ends the reading is the file's content: it is packed badly, or in another encoding.</summary>
    public static bool IsContent(Exception e) => e is InvalidDataException or DecoderFallbackException;

    /// <summary>What to say of a file that cannot be read, or not to its end.</summary>
    public static ImportException Unreadable(string path, Exception e) =>
        e switch
        {
            FileNotFoundException or DirectoryNotFoundException => new($"There is no file {path}.", e),
            UnauthorizedAccessException when Directory.Exists(path) => new(
                $"{path} is a folder; name a file in it.",
                e
            ),
            InvalidDataException => new($"{path} cannot be unpacked: it is damaged, or not complete.", e),
            DecoderFallbackException => new(
                $"{path} is not in the encoding that --encoding names; name the one that it is in.",
                e
            ),
            _ => new($"{path} cannot be read: {e.Message}", e),
        };

    public void Dispose() => Content.Dispose();

    private static byte[] ReadStart(string path, Stream content, bool converted, int skipLines)
    {
        var head = ReadHead(content, HeadLength);
        if (head.Length == 0)
        {
            throw new ImportException($"{path} is empty.");
        }

        if (!converted && head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            throw new ImportException($"{path} is in UTF-16; say --encoding utf-16.");
        }

        head = head.AsSpan().StartsWith("\uFEFF"u8) ? head[3..] : head;
        for (var skipped = 0; skipped < skipLines; skipped++)
        {
            head = SkipLine(head, content);
            if (head.Length == 0)
            {
                throw new ImportException($"{path} has no more than the lines that --skip-lines leaves out.");
            }
        }

        return skipLines == 0 ? head : [.. head, .. ReadHead(content, HeadLength - head.Length)];
    }

    // A line ends with CR LF, LF or CR, as in CSV.
    private static byte[] SkipLine(byte[] head, Stream content)
    {
        while (true)
        {
            var end = head.AsSpan().IndexOfAny((byte)'\r', (byte)'\n');
            if (end >= 0 && end + 1 == head.Length && head[end] == '\r')
            {
                head = [.. head, .. ReadHead(content, 1)];
            }

            if (end >= 0)
            {
                var after = end + (head.AsSpan(end).StartsWith("\r\n"u8) ? 2 : 1);
                return after < head.Length ? head[after..] : ReadHead(content, HeadLength);
            }

            head = ReadHead(content, HeadLength);
            if (head.Length == 0)
            {
                return head;
            }
        }
    }

    private static byte[] ReadHead(Stream stream, int length)
    {
        var head = new byte[length];
        return head[..stream.ReadAtLeast(head, length, throwOnEndOfStream: false)];
    }

    private static Encoding? EncodingOf(string? name)
    {
        if (
            name is null
            || name.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || name.Equals("utf8", StringComparison.OrdinalIgnoreCase)
        )
        {
            return null;
        }

        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        try
        {
            // What is not in it must not become question marks without a word.
            return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException e)
        {
            throw new ImportException(
                $"The encoding '{name}' is not known; such as utf-8, latin1, windows-1252 or utf-16.",
                e
            );
        }
    }

    /// <summary>A stream whose beginning has been read already.</summary>
    private sealed class HeadedStream(byte[] head, Stream rest) : ReadingStream
    {
        private int _at;

        public override int Read(Span<byte> buffer)
        {
            if (_at == head.Length)
            {
                return rest.Read(buffer);
            }

            var length = Math.Min(buffer.Length, head.Length - _at);
            head.AsSpan(_at, length).CopyTo(buffer);
            _at += length;
            return length;
        }

        protected override void Dispose(bool disposing)
        {
            rest.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Counts what goes through.</summary>
    /// <param name="inner">What is read.</param>
    /// <param name="packed">Where that comes from if it is unpacked: what ends too early is read as far as it goes.</param>
    private sealed class CountingStream(Stream inner, CountingStream? packed = null) : ReadingStream
    {
        private bool _isAtEnd;

        public long Count { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var read = 0;
            try
            {
                read = inner.Read(buffer);
            }
            catch (InvalidDataException) when (packed is { _isAtEnd: true }) { }

            _isAtEnd = read == 0 && buffer.Length > 0;
            Count += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
