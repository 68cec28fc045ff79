using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sillage.Schema;

namespace Sillage.Traces.Tally;

/// <summary>The values of a study's fields that are worth counting one by one, each as a JSON literal in one spelling.</summary>
internal sealed class FieldValues(FieldRules fields)
{
    /// <summary>A literal that is longer is no category but text, and its field has too many values to tell apart.</summary>
    public const int MaximumBytes = 200;

    /// <summary>Of fields that do not declare their values: with more, they are no longer told apart.</summary>
    public const int MaximumValues = 200;

    /// <summary>Takes a value.</summary>
    /// <param name="rule">The field's place among the rules.</param>
    /// <param name="literal">The value; empty if it is too long.</param>
    public delegate void Sink(int rule, ReadOnlySpan<byte> literal);

    private readonly bool[] _counted =
    [
        .. fields.Rules.Select(r =>
            r.Type is FieldType.String or FieldType.Integer or FieldType.Number or FieldType.Boolean
        ),
    ];
    private readonly byte[] _text = new byte[256];

    /// <summary>Whether all values that the field may have are declared, so that there can be no more of them.</summary>
    public static bool IsDeclared(FieldRule rule) =>
        rule.Type == FieldType.Boolean
        || rule.Texts is not null
        || rule.Integers is not null
        || rule.Numbers is not null;

    /// <summary>Gives each countable value in a trace's data.</summary>
    public void Read(ReadOnlySpan<byte> data, Sink sink)
    {
        var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        var rule = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = Find(ref reader, ref rule);
            reader.Read();
            if (found >= 0 && _counted[found] && Fits(fields.Rules[found].Type, reader.TokenType))
            {
                var start = (int)reader.TokenStartIndex;
                var literal = Literal(ref reader, data[start..(int)reader.BytesConsumed]);
                sink(found, literal.Length > MaximumBytes ? default : literal);
            }

            reader.Skip();
        }
    }

    // As in the export: the one after the last is tried first.
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

    // What was stored before the field was declared may be of any type.
    private static bool Fits(FieldType type, JsonTokenType token) =>
        type switch
        {
            FieldType.String => token == JsonTokenType.String,
            FieldType.Boolean => token is JsonTokenType.True or JsonTokenType.False,
            _ => token == JsonTokenType.Number,
        };

    private ReadOnlySpan<byte> Literal(ref Utf8JsonReader reader, ReadOnlySpan<byte> raw)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.ValueIsEscaped ? Escape(reader.GetString()!) : raw;
            case JsonTokenType.Number:
                if (reader.TryGetInt64(out var integer))
                {
                    // Without a fraction only zero has two spellings.
                    return integer == 0 ? "0"u8 : raw;
                }

                // As a whole number if it is one: 1.0 is 1 and 1e3 is 1000.
                var length = 0;
                _ = WholeNumber.TryRead(ref reader, out integer)
                    ? Utf8Formatter.TryFormat(integer, _text, out length)
                    : reader.GetDouble().TryFormat(_text, out length, "R", CultureInfo.InvariantCulture);
                return _text.AsSpan(0, length);
            default:
                return raw;
        }
    }

    // Only what has to be escaped is: a text without a backslash has no other spelling than its own.
    private static byte[] Escape(string text)
    {
        var escaped = new StringBuilder("\"", text.Length + 2);
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' or '\\' => escaped.Append('\\').Append(character),
                < ' ' => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => escaped.Append(character),
            };
        }

        return Encoding.UTF8.GetBytes(escaped.Append('"').ToString());
    }
}
