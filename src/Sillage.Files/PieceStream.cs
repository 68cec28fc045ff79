using Sillage.Storage;

namespace Sillage.Files;

/// <summary>A part of a file, read piece by piece as it is wanted: what is skipped is never read.</summary>
internal sealed class PieceStream<TModule>(IDatabase<TModule> database, Guid file, FilePart part, long length) : Stream
{
    private const string Find =
        "SELECT bytes FROM file_piece WHERE file_id = @FileId AND part = @Part AND number = @Number";

    private byte[] _piece = [];
    private long _number = -1;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= length || buffer.IsEmpty)
        {
            return 0;
        }

        var number = Position / FileStore.PieceBytes;
        if (number != _number)
        {
            var parameters = new
            {
                FileId = file,
                Part = (long)part,
                Number = number,
            };
            // Gone in the middle: the reply ends short of what it announced, so nobody takes it for the whole.
            _piece =
                await database.ReadAsync(
                    reader => reader.FirstOrDefaultAsync<byte[]>(Find, parameters, cancellationToken),
                    cancellationToken
                ) ?? throw new IOException("The file was removed while it was being read.");
            _number = number;
        }

        var start = (int)(Position % FileStore.PieceBytes);
        var count = Math.Min(buffer.Length, _piece.Length - start);
        _piece.AsSpan(start, count).CopyTo(buffer.Span);
        Position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Replies are written asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => length + offset,
        };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
