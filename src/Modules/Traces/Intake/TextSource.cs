namespace Sillage.Traces.Intake;

/// <summary>A stretch of text in a batch: in the body as it came, or in the room for texts whose escapes were undone.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="Length">How many bytes; -1 where there is no text.</param>
/// <param name="Unescaped">Whether it lies in the room for undone escapes.</param>
internal readonly record struct Slice(int Start, int Length, bool Unescaped = false)
{
    public static readonly Slice None = new(0, -1);

    public bool IsNone => Length < 0;
}

/// <summary>The bytes that a batch's slices point into.</summary>
internal sealed class TextSource(ReadOnlyMemory<byte> body)
{
    private byte[] _unescaped = [];
    private int _used;

    public ReadOnlyMemory<byte> Body => body;

    public ReadOnlySpan<byte> Of(Slice slice) =>
        slice.Unescaped ? _unescaped.AsSpan(slice.Start, slice.Length) : body.Span.Slice(slice.Start, slice.Length);

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

    public Slice Keep(int length)
    {
        var slice = new Slice(_used, length, Unescaped: true);
        _used += length;
        return slice;
    }
}
