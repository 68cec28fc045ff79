using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Export;

/// <summary>Writes rows as CSV (RFC 4180), one column for each declared field.</summary>
internal sealed class TraceCsv(FieldRules fields, bool identities, bool keepFormulas)
{
    private static readonly string[] Before = ["timestamp", "received_at", "session", "sequence", "name"];
    private static readonly string[] Fixed = ["id", "participant", "number", "username", .. Before, "extra"];

    private readonly Cell[] _cells = new Cell[fields.Rules.Length];
    private readonly List<(int Start, int Length)> _extra = [];
    private readonly byte[] _secondText = new byte["2026-01-01T00:00:00.".Length];
    private long _second = long.MinValue;
    private byte[] _text = new byte[256];

    /// <summary>Where the next rows go.</summary>
    public RowBuffer Output { get; set; } = new();

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Cell(int Start, int Length, JsonTokenType Type);

    /// <summary>Writes the header; a field whose name is taken by another column is called <c>data.NAME</c>.</summary>
    public void WriteHeader()
    {
        var columns = new List<string> { "id", "participant" };
        if (identities)
        {
            columns.AddRange(["number", "username"]);
        }

        columns.AddRange(Before);
        columns.AddRange(fields.Rules.Select(r => Fixed.Contains(r.Name) ? "data." + r.Name : r.Name));
        columns.Add("extra");
        Output.Write(Encoding.UTF8.GetBytes(string.Join(',', columns) + "\r\n"));
    }

    public void Write(in TraceRow row, IReadOnlyDictionary<long, string>? names)
    {
        Utf8Formatter.TryFormat(row.Id, Output.GetSpan(36), out var length);
        Output.Advance(length);
        Comma();
        WriteText(row.Pseudonym);
        if (identities)
        {
            Comma();
            WriteNumber(row.Participant);
            Comma();
            WriteText(row.Participant is { } number ? names!.GetValueOrDefault(number) : null);
        }

        Comma();
        WriteText(row.Timestamp);
        Comma();
        WriteTime(row.ReceivedAt);
        Comma();
        if (!row.Session.IsEmpty)
        {
            WriteText(row.Session);
        }

        Comma();
        WriteNumber(row.Sequence);
        Comma();
        WriteText(row.Name);
        WriteData(row.Data);
        Output.Write("\r\n"u8);
    }

    private void WriteData(ReadOnlySpan<byte> data)
    {
        Split(data);
        for (var i = 0; i < _cells.Length; i++)
        {
            Comma();
            var value = data.Slice(_cells[i].Start, _cells[i].Length);
            switch (_cells[i].Type)
            {
                case JsonTokenType.None or JsonTokenType.Null:
                    break;
                case JsonTokenType.String when fields.Rules[i].Type != FieldType.Json:
                    WriteText(Unescape(value));
                    break;
                case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                    Output.Write(value);
                    break;
                default:
                    WriteQuoted(value, guard: false);
                    break;
            }
        }

        Comma();
        WriteExtra(data);
    }

    /// <summary>Finds where in the data each declared field's value lies, and what else is there.</summary>
    private void Split(ReadOnlySpan<byte> data)
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

    private void WriteExtra(ReadOnlySpan<byte> data)
    {
        if (_extra.Count == 0)
        {
            return;
        }

        Output.Write("\"{"u8);
        for (var i = 0; i < _extra.Count; i++)
        {
            if (i > 0)
            {
                Comma();
            }

            WriteDoubled(data.Slice(_extra[i].Start, _extra[i].Length));
        }

        Output.Write("}\""u8);
    }

    /// <summary>The text of a JSON string that stands in its quotes.</summary>
    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> quoted)
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

    private void WriteText(string? text)
    {
        if (text is not null)
        {
            var length = Encoding.UTF8.GetByteCount(text);
            var bytes = length <= 256 ? stackalloc byte[length] : new byte[length];
            Encoding.UTF8.GetBytes(text, bytes);
            WriteText(bytes);
        }
    }

    /// <summary>A text; an empty one is written as <c>""</c>, to be told from none.</summary>
    private void WriteText(ReadOnlySpan<byte> text)
    {
        // What a spreadsheet would run as a formula gets an apostrophe, which it takes for "this is text" (CWE-1236).
        var guard = !keepFormulas && Formulas.MayBe(text);
        if (guard || text.IsEmpty || text.IndexOfAny(",\"\r\n"u8) >= 0 || text[0] == ' ' || text[^1] == ' ')
        {
            WriteQuoted(text, guard);
        }
        else
        {
            Output.Write(text);
        }
    }

    private void WriteQuoted(ReadOnlySpan<byte> text, bool guard)
    {
        Output.Write(guard ? "\"'"u8 : "\""u8);
        WriteDoubled(text);
        Output.Write("\""u8);
    }

    private void WriteDoubled(ReadOnlySpan<byte> text)
    {
        int quote;
        while ((quote = text.IndexOf((byte)'"')) >= 0)
        {
            Output.Write(text[..(quote + 1)]);
            Output.Write("\""u8);
            text = text[(quote + 1)..];
        }

        Output.Write(text);
    }

    private void WriteNumber(long? number)
    {
        if (number is { } value)
        {
            Utf8Formatter.TryFormat(value, Output.GetSpan(20), out var length);
            Output.Advance(length);
        }
    }

    private void WriteTime(long microseconds)
    {
        var (second, fraction) = (Math.DivRem(microseconds, 1_000_000, out var rest), rest);
        if (fraction < 0)
        {
            (second, fraction) = (second - 1, fraction + 1_000_000);
        }

        // Traces lie in the order in which they came: most were received in the same second as the one before.
        if (second != _second)
        {
            _second = second;
            DateTimeOffset
                .FromUnixTimeSeconds(second)
                .TryFormat(_secondText, out _, "yyyy-MM-ddTHH:mm:ss.", CultureInfo.InvariantCulture);
        }

        Output.Write(_secondText);
        Utf8Formatter.TryFormat(fraction, Output.GetSpan(6), out var length, new StandardFormat('D', 6));
        Output.Advance(length);
        Output.Write((byte)'Z');
    }

    private void Comma() => Output.Write((byte)',');
}
