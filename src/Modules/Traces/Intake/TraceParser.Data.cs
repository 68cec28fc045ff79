using System.Text.Json;
using Sillage.Schema;

namespace Sillage.Traces.Intake;

/// <summary>A trace's data against the study's fields.</summary>
internal sealed partial class TraceParser
{
    private void ReadData(ref Utf8JsonReader reader, int at, ref ParsedTrace trace)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Require(ref reader, at, valid: false, "An object with the study's fields.");
            return;
        }

        Array.Clear(_seenFields);
        _rule = -1;
        _names.Open();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            ReadField(ref reader);
        }

        _names.Close();
        foreach (var required in _fields.Required)
        {
            if ((_seenFields[required / 64] & (1UL << required)) == 0)
            {
                Error("/data/" + _fields.Rules[required].Name, "This field is needed.");
            }
        }

        trace.Data = new Slice(_base + at, (int)reader.BytesConsumed - at);
    }

    private void ReadField(ref Utf8JsonReader reader)
    {
        var at = (int)reader.TokenStartIndex;
        var isText = CheckText(ref reader);
        var rule = isText ? FindRule(ref reader) : -1;
        if (rule >= 0)
        {
            ref var seen = ref _seenFields[rule / 64];
            if ((seen & (1UL << rule)) != 0)
            {
                ErrorAt(at, "This field is there twice.");
            }

            seen |= 1UL << rule;
            reader.Read();
            // A field without a value is as good as absent, unless any JSON will do.
            if (reader.TokenType != JsonTokenType.Null || _fields.Rules[rule].Type == FieldType.Json)
            {
                CheckField(ref reader, _fields.Rules[rule]);
            }
            else if (_fields.Rules[rule].Required)
            {
                ErrorAt((int)reader.TokenStartIndex, "This field is needed and cannot be null.");
            }

            return;
        }

        if (isText)
        {
            if (!_names.Add(TextOf(ref reader), _source))
            {
                ErrorAt(at, "This member is there twice.");
            }

            if (_fields.Unknown == UnknownFields.Refuse)
            {
                ErrorAt(at, "The study has no such field, and refuses what it does not know.");
            }
        }

        reader.Read();
        WalkValue(ref reader, 2);
    }

    // Clients write their fields in the same order every time: the field after the last one is tried first.
    private int FindRule(ref Utf8JsonReader reader)
    {
        var rules = _fields.Rules;
        for (var tried = 0; tried < rules.Length; tried++)
        {
            _rule = _rule + 1 < rules.Length ? _rule + 1 : 0;
            if (reader.ValueTextEquals(rules[_rule].Utf8Name))
            {
                return _rule;
            }
        }

        return -1;
    }

    private void CheckField(ref Utf8JsonReader reader, FieldRule rule)
    {
        var at = (int)reader.TokenStartIndex;
        switch (rule.Type)
        {
            case FieldType.String:
                CheckString(ref reader, rule, at);
                break;
            case FieldType.Integer:
                var whole = WholeNumber.TryRead(ref reader, out var integer);
                Require(ref reader, at, whole, WholeExpected);
                if (whole && rule.Integers is { } integers && !integers.Contains(integer))
                {
                    ErrorAt(at, "One of " + rule.Allowed + ".");
                }

                break;
            case FieldType.Number:
                double number = 0;
                var finite = reader.TokenType == JsonTokenType.Number && TryGetNumber(ref reader, out number);
                Require(ref reader, at, finite, "A number within the range of double precision.");
                if (finite && rule.Numbers is { } numbers && !numbers.Contains(number))
                {
                    ErrorAt(at, "One of " + rule.Allowed + ".");
                }

                break;
            case FieldType.Boolean:
                Require(
                    ref reader,
                    at,
                    reader.TokenType is JsonTokenType.True or JsonTokenType.False,
                    "Either true or false."
                );
                break;
            case FieldType.Timestamp:
                Require(ref reader, at, Rfc3339.TryRead(ref reader, out _), Rfc3339.Expected);
                break;
            default:
                WalkValue(ref reader, 2);
                break;
        }
    }

    private void CheckString(ref Utf8JsonReader reader, FieldRule rule, int at)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            Require(ref reader, at, valid: false, "A string.");
            return;
        }

        if (!CheckText(ref reader) || (reader.ValueSpan.Length <= rule.MaxLength && rule.Texts is null))
        {
            return;
        }

        var text = _source.Of(TextOf(ref reader));
        if (JsonText.CountCharacters(text) > rule.MaxLength)
        {
            ErrorAt(at, $"At most {rule.MaxLength} characters.");
        }

        if (rule.Texts is { } texts && !IsAmong(text, texts))
        {
            ErrorAt(at, "One of " + rule.Allowed + ".");
        }
    }

    private static bool IsAmong(ReadOnlySpan<byte> text, byte[][] texts)
    {
        foreach (var allowed in texts)
        {
            if (text.SequenceEqual(allowed))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Goes over a value of any form to its end; its texts, names and depth must be right.</summary>
    /// <param name="reader">At the value's first token.</param>
    /// <param name="depth">How many objects and arrays of the trace the value lies in.</param>
    private void WalkValue(ref Utf8JsonReader reader, int depth)
    {
        var outer = depth;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    depth++;
                    if (depth > MaximumDepth && !_tooDeep)
                    {
                        _tooDeep = true;
                        ErrorAt(
                            (int)reader.TokenStartIndex,
                            $"At most {MaximumDepth} objects and arrays in one another."
                        );
                    }

                    if (!_tooDeep && reader.TokenType == JsonTokenType.StartObject)
                    {
                        _names.Open();
                    }

                    break;
                case JsonTokenType.EndObject:
                    depth--;
                    if (!_tooDeep)
                    {
                        _names.Close();
                    }

                    break;
                case JsonTokenType.EndArray:
                    depth--;
                    break;
                case JsonTokenType.PropertyName when depth <= MaximumDepth:
                    CheckName(ref reader);
                    break;
                // Too deep is told once; a pointer to each fault down there could be as long as the body.
                case JsonTokenType.String or JsonTokenType.Number when depth > MaximumDepth:
                    break;
                case JsonTokenType.String:
                    CheckText(ref reader);
                    break;
                case JsonTokenType.Number:
                    // What no reader after us can hold is refused at the door.
                    if (!TryGetNumber(ref reader, out _))
                    {
                        ErrorAt((int)reader.TokenStartIndex, "A number within the range of double precision.");
                    }

                    break;
                default:
                    break;
            }
        } while (depth > outer && reader.Read());
    }

    // An exponent that no double has is refused even where the value is 0: to compare such a number with another, as for a
    // resent trace, is more than the framework can do.
    private static bool TryGetNumber(ref Utf8JsonReader reader, out double number)
    {
        const int LongestExponent = 4;
        if (!reader.TryGetDouble(out number) || !double.IsFinite(number))
        {
            return false;
        }

        var text = reader.ValueSpan;
        var exponent = text.IndexOfAny((byte)'e', (byte)'E');
        return exponent < 0 || text[(exponent + 1)..].TrimStart("+-0"u8).Length <= LongestExponent;
    }

    private void CheckName(ref Utf8JsonReader reader)
    {
        if (CheckText(ref reader) && !_tooDeep && !_names.Add(TextOf(ref reader), _source))
        {
            ErrorAt((int)reader.TokenStartIndex, "This member is there twice.");
        }
    }
}
