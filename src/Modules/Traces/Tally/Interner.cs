using System.Diagnostics.CodeAnalysis;

namespace Sillage.Traces.Tally;

/// <summary>Texts in UTF-8, each kept once and known by a number from 0 up.</summary>
internal sealed class Interner
{
    private readonly Dictionary<byte[], int> _numbers = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public Interner() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The texts, by their numbers.</summary>
    public List<byte[]> Texts { get; } = [];

    public int Of(ReadOnlySpan<byte> text)
    {
        if (!_lookup.TryGetValue(text, out var number))
        {
            number = Texts.Count;
            var kept = text.ToArray();
            Texts.Add(kept);
            _numbers.Add(kept, number);
        }

        return number;
    }
}

/// <summary>Compares texts byte by byte, whether they are arrays or parts of one.</summary>
internal sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly Utf8Comparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = new HashCode();
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
