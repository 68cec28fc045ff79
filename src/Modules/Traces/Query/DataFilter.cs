using System.Globalization;
using System.Text;
using System.Text.Json;
using Sillage.Schema;
using Sillage.Traces.Masks;

namespace Sillage.Traces.Query;

/// <summary>A field that has to have a value, compared by the field's type: <c>?data.FIELD=value</c>.</summary>
internal sealed class DataFilter
{
    private readonly FieldRule _rule;
    private readonly byte[] _text = [];
    private readonly long _integer;
    private readonly double _number;
    private readonly bool _boolean;
    private readonly DataMask? _mask;

    private DataFilter(FieldRule rule, byte[] text, DataMask? mask) => (_rule, _text, _mask) = (rule, text, mask);

    private DataFilter(FieldRule rule, long integer) => (_rule, _integer) = (rule, integer);

    private DataFilter(FieldRule rule, double number) => (_rule, _number) = (rule, number);

    private DataFilter(FieldRule rule, bool boolean) => (_rule, _boolean) = (rule, boolean);

    /// <summary>Makes a filter of a query parameter's text.</summary>
    /// <param name="rule">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="mask">Where the asker sees tokens for texts: then the value is a token, and no text can be probed for.</param>
    /// <returns>Null if the field cannot have such a value.</returns>
    public static DataFilter? Create(FieldRule rule, string value, DataMask? mask = null)
    {
        switch (rule.Type)
        {
            case FieldType.String:
                return new DataFilter(rule, Encoding.UTF8.GetBytes(value), mask);
            case FieldType.Integer:
                return
                    long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
                    || WholeNumber.TryParse(Encoding.UTF8.GetBytes(value), out integer)
                    ? new DataFilter(rule, integer)
                    : null;
            case FieldType.Number:
                return
                    double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    && double.IsFinite(number)
                    ? new DataFilter(rule, number)
                    : null;
            case FieldType.Boolean:
                return value is "true" or "false" ? new DataFilter(rule, value == "true") : null;
            case FieldType.Timestamp:
                return Rfc3339.TryParse(Encoding.UTF8.GetBytes(value), out long time)
                    ? new DataFilter(rule, time)
                    : null;
            default:
                return null;
        }
    }

    public bool Matches(in TraceRow row)
    {
        var reader = new Utf8JsonReader(row.Data, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(_rule.Utf8Name);
            reader.Read();
            if (found)
            {
                return Equals(ref reader, row.Whose);
            }

            reader.Skip();
        }

        return false;
    }

    private bool Equals(ref Utf8JsonReader reader, Whose whose) =>
        _rule.Type switch
        {
            FieldType.String when _mask is not null => _mask.IsShownAs(ref reader, whose, _text),
            FieldType.String => reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(_text),
            FieldType.Integer => reader.TokenType == JsonTokenType.Number
                && WholeNumber.TryRead(ref reader, out var integer)
                && integer == _integer,
            FieldType.Number => reader.TokenType == JsonTokenType.Number
                && reader.TryGetDouble(out var number)
                && number.Equals(_number),
            FieldType.Boolean => reader.TokenType == (_boolean ? JsonTokenType.True : JsonTokenType.False),
            _ => Rfc3339.TryRead(ref reader, out var time) && time == _integer,
        };
}
