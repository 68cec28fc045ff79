namespace Sillage.Schema;

/// <summary>A stretch of text in a batch: in the body as it came, or in the room for texts whose escapes were undone.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="Length">How many bytes; -1 where there is no text.</param>
/// <param name="Unescaped">Whether it lies in the room for undone escapes.</param>
public readonly record struct Slice(int Start, int Length, bool Unescaped = false)
{
    /// <summary>No text.</summary>
    public static readonly Slice None = new(0, -1);

    /// <summary>Whether there is no text.</summary>
    public bool IsNone => Length < 0;
}

/// <summary>The bytes that a batch's slices point into.</summary>
public sealed class TextSource(ReadOnlyMemory<byte> body)
{
    private byte[] _unescaped = [];
    private int _used;

    /// <summary>The body as it came.</summary>
    public ReadOnlyMemory<byte> Body => body;

    /// <summary>The bytes of a stretch; valid until the next text is unescaped.</summary>
    public ReadOnlySpan<byte> Of(Slice slice) =>
        slice.Unescaped ? _unescaped.AsSpan(slice.Start, slice.Length) : body.Span.Slice(slice.Start, slice.Length);

    /// <summary>The same, to be kept for longer.</summary>
    public ReadOnlyMemory<byte> MemoryOf(Slice slice) =>
        slice.Unescaped ? _unescaped.AsMemory(slice.Start, slice.Length) : body.Slice(slice.Start, slice.Length);

    /// <summary>Room for a text of at most <paramref name="length"/> bytes; <see cref="Keep"/> says how many it took.</summary>
    public Span<byte> Room(int length)
    {
        if (_unescaped.Length - _used < length)
        {
            Array.Resize(ref _unescaped, Math.Max(_unescaped.Length * 2, _used + length));
        }

        return _unescaped.AsSpan(_used, length);
    }

    /// <summary>Takes the first bytes of the room given out last.</summary>
    public Slice Keep(int length)
    {
        var slice = new Slice(_used, length, Unescaped: true);
        _used += length;
        return slice;
    }
}
