using System.Runtime.InteropServices;
using System.Text.Json;
using Sillage.Schema;

namespace Sillage.Traces.Export;

/// <summary>Finds where in a trace's data each declared field's value lies, and what else is there.</summary>
internal sealed class FieldCells(FieldRules fields)
{
    private readonly Cell[] _cells = new Cell[fields.Rules.Length];
    private readonly List<(int Start, int Length)> _extra = [];
    private byte[] _text = new byte[256];

    /// <summary>A value as it stands in the data; of type <see cref="JsonTokenType.None"/> where there is none.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Cell(int Start, int Length, JsonTokenType Type)
    {
        public bool IsMissing => Type is JsonTokenType.None or JsonTokenType.Null;
    }

    /// <summary>The value of each declared field, in the study's order.</summary>
    public ReadOnlySpan<Cell> Cells => _cells;

    /// <summary>Where the members lie that are no declared field, names included.</summary>
    public IReadOnlyList<(int Start, int Length)> Extra => _extra;

    public void Split(ReadOnlySpan<byte> data)
    {
        Array.Clear(_cells);
        _extra.Clear();
        var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        var rule = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var found = Find(ref reader, ref rule);
            reader.Read();
            var (value, type) = ((int)reader.TokenStartIndex, reader.TokenType);
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (found >= 0)
            {
                _cells[found] = new Cell(value, end - value, type);
            }
            else
            {
                _extra.Add((start, end - start));
            }
        }
    }

    /// <summary>The text of a JSON string that stands in its quotes; valid until the next call.</summary>
    public ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> quoted)
    {
        if (!quoted.Contains((byte)'\\'))
        {
            return quoted[1..^1];
        }

        if (_text.Length < quoted.Length)
        {
            _text = new byte[quoted.Length * 2];
        }

        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return _text.AsSpan(0, reader.CopyString(_text));
    }

    // The fields of one client come in the same order every time: the one after the last is tried first.
    private int Find(ref Utf8JsonReader reader, ref int rule)
    {
        for (var tried = 0; tried < fields.Rules.Length; tried++)
        {
            rule = rule + 1 < fields.Rules.Length ? rule + 1 : 0;
            if (reader.ValueTextEquals(fields.Rules[rule].Utf8Name))
            {
                return rule;
            }
        }

        return -1;
    }
}
