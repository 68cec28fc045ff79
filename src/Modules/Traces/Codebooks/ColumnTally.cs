using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Sillage.Schema;

namespace Sillage.Traces.Codebooks;

/// <summary>What was seen of one column so far. Takes the same memory however many values it sees.</summary>
internal sealed class ColumnTally
{
    /// <summary>The most different values that are told one by one.</summary>
    public const int MaximumDistinct = 20;

    // A column of texts longer than this is no list of choices.
    private const int MaximumValueBytes = 200;

    private readonly List<(byte[] Value, long Count)> _values = [];
    private bool _tooMany;
    private bool _texts;
    private (long Least, long Greatest)? _wholes;
    private (double Least, double Greatest)? _numbers;
    private (long First, long Last)? _times;

    public long Present { get; private set; }

    public int? Shortest { get; private set; }

    public int? Longest { get; private set; }

    public int? Distinct => _tooMany || Present == 0 || _values.Count == 0 ? null : _values.Count;

    /// <summary>A value of which nothing is told but that it is there.</summary>
    public void AddOther()
    {
        Present++;
        _tooMany = true;
    }

    public void AddText(ReadOnlySpan<byte> text)
    {
        _texts = true;
        var length = JsonText.CountCharacters(text);
        Shortest = Math.Min(Shortest ?? length, length);
        Longest = Math.Max(Longest ?? length, length);
        Count(text);
    }

    public void AddWhole(long value)
    {
        _wholes = _wholes is var (least, greatest)
            ? (Math.Min(least, value), Math.Max(greatest, value))
            : (value, value);
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, text, out var length);
        Count(text[..length]);
    }

    public void AddNumber(double value)
    {
        _numbers = _numbers is var (least, greatest)
            ? (Math.Min(least, value), Math.Max(greatest, value))
            : (value, value);
        // 1.5 and 1.50 are one value.
        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture);
        Count(text[..length]);
    }

    public void AddBoolean(bool value) => Count(value ? "true"u8 : "false"u8);

    public void AddTime(long microseconds)
    {
        _times = _times is var (first, last)
            ? (Math.Min(first, microseconds), Math.Max(last, microseconds))
            : (microseconds, microseconds);
        AddOther();
    }

    /// <summary>The least number or the earliest time.</summary>
    public JsonElement? Minimum => Bound(_wholes?.Least, _numbers?.Least, _times?.First);

    /// <summary>The greatest number or the latest time.</summary>
    public JsonElement? Maximum => Bound(_wholes?.Greatest, _numbers?.Greatest, _times?.Last);

    /// <summary>The values seen, the most frequent first; null where there are too many.</summary>
    public IReadOnlyList<CodebookValue>? Values =>
        Distinct is null
            ? null
            :
            [
                .. _values
                    .OrderByDescending(v => v.Count)
                    .ThenBy(v => v.Value, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
                    .Select(v => new CodebookValue(Show(v.Value), v.Count)),
            ];

    private void Count(ReadOnlySpan<byte> value)
    {
        Present++;
        if (_tooMany)
        {
            return;
        }

        var values = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_values);
        for (var i = 0; i < values.Length; i++)
        {
            if (value.SequenceEqual(values[i].Value))
            {
                values[i].Count++;
                return;
            }
        }

        if (_values.Count == MaximumDistinct || value.Length > MaximumValueBytes)
        {
            _tooMany = true;
            _values.Clear();
            return;
        }

        _values.Add((value.ToArray(), 1));
    }

    private JsonElement Show(byte[] value)
    {
        if (_texts)
        {
            return JsonSerializer.SerializeToElement(System.Text.Encoding.UTF8.GetString(value));
        }

        var reader = new Utf8JsonReader(value);
        return JsonElement.ParseValue(ref reader);
    }

    // Both kinds of numbers can have been seen where a field was declared after its first values came.
    private static JsonElement? Bound(long? whole, double? number, long? time) =>
        time is { } moment ? JsonSerializer.SerializeToElement(Rfc3339.ToTime(moment).UtcDateTime)
        : number is { } value ? JsonSerializer.SerializeToElement(value)
        : whole is { } count ? JsonSerializer.SerializeToElement(count)
        : null;
}
