using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Schema;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Import.Rows;

/// <summary>
/// Writes a row as the trace that a client would have sent, so that the one parser of the intake checks both. Texts become
/// what the field's definition asks for; what cannot become it is a fault of the row.
/// </summary>
internal sealed class RowWriter : IDisposable
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = Json.Options.Encoder,
        SkipValidation = true,
        MaxDepth = 1000,
    };

    private readonly Study _study;
    private readonly Mapping _mapping;
    private readonly TimeReading _times;
    private readonly bool _decimalComma;
    private readonly byte[][] _missing;
    private readonly ArrayBufferWriter<byte> _memberBytes = new();
    private readonly ArrayBufferWriter<byte> _dataBytes = new();
    private readonly Utf8JsonWriter _members;
    private readonly Utf8JsonWriter _data;
    private readonly byte[] _room = new byte[128];
    private readonly IReadOnlyList<(Target Target, byte[] Value)> _constants;
    private bool _hasId;
    private bool _isJson;

    private const string PersonExpected = "A text or a whole number says who it is.";

    public RowWriter(TraceImportRequest request, Study study, Mapping mapping)
    {
        (_study, _mapping) = (study, mapping);
        _times = new TimeReading(request.TimeFormat, request.TimeZone, request.DecimalComma);
        _decimalComma = request.DecimalComma;
        _missing =
        [
            .. request.Missing.SelectMany(NameList.Split).Select(NameList.Plain).Select(Encoding.UTF8.GetBytes),
        ];
        _members = new Utf8JsonWriter(_memberBytes, Options);
        _data = new Utf8JsonWriter(_dataBytes, Options);
        _constants = [.. mapping.Constants.Select(c => (c.Target, Encoding.UTF8.GetBytes(c.Value)))];
    }

    /// <summary>The first thing that is wrong with the row; null if nothing is.</summary>
    public string? Fault { get; set; }

    /// <summary>The value that is wrong, as a message shows it; null where the fault is not one value's.</summary>
    public string? FaultValue { get; private set; }

    /// <summary>Whose trace it is, as the file says it; null if it does not.</summary>
    public string? Participant { get; private set; }

    public void Begin()
    {
        (Fault, FaultValue, Participant, _hasId) = (null, null, null, false);
        _memberBytes.ResetWrittenCount();
        _dataBytes.ResetWrittenCount();
        _members.Reset(_memberBytes);
        _data.Reset(_dataBytes);
        _members.WriteStartObject();
        _data.WriteStartObject();
        foreach (var (target, value) in _constants)
        {
            Write(target, value, quoted: true);
        }
    }

    /// <summary>Writes a text.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="text">The text, valid UTF-8.</param>
    /// <param name="quoted">Whether it is certainly a text: without quotes an empty one means that there is none.</param>
    public void Write(Target target, ReadOnlySpan<byte> text, bool quoted)
    {
        // What is a number or a time is one with quotes around it, too: only of a text they tell that it is meant as it stands.
        if (!quoted ? text.IsEmpty || IsMissing(text) : !IsText(target) && IsMissing(text.Trim((byte)' ')))
        {
            if (target is { Type: FieldType.String, Required: true } && text.IsEmpty)
            {
                _data.WriteString(target.Field!, "");
            }

            return;
        }

        // Programs that put every cell in quotes know no other way to say that there is none.
        if (target.Kind is TargetKind.Id or TargetKind.Session or TargetKind.Sequence && text.Trim((byte)' ').IsEmpty)
        {
            return;
        }

        switch (target.Kind)
        {
            case TargetKind.None:
                break;
            case TargetKind.Field:
                WriteField(target, text);
                break;
            case TargetKind.Data:
                WriteData(target, text);
                break;
            default:
                WriteMember(target, text);
                break;
        }
    }

    /// <summary>Writes a JSON value: a text as a text, all else as it is.</summary>
    public void Write(Target target, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            case JsonValueKind.Object when target.Kind == TargetKind.Data:
                foreach (var member in value.EnumerateObject())
                {
                    // What the study refuses is refused by the parser, under its name.
                    Write(
                        Target.OfField(member.Name, _study) ?? new Target(TargetKind.Field, member.Name),
                        member.Value
                    );
                }

                break;
            case JsonValueKind.String
                when target is not { Kind: TargetKind.Field, Type: null or FieldType.String or FieldType.Json }:
                Write(target, Encoding.UTF8.GetBytes(value.GetString()!), quoted: true);
                break;
            case JsonValueKind.Number
                when target is { Kind: TargetKind.Field, Type: FieldType.Integer or FieldType.Boolean }
                    || target.Kind is TargetKind.Sequence or TargetKind.Timestamp:
                // JSON has a decimal point, whatever the texts of the file have.
                _isJson = true;
                Write(target, Encoding.UTF8.GetBytes(value.GetRawText()), quoted: true);
                _isJson = false;
                break;
            case not (JsonValueKind.String or JsonValueKind.Number) when target.Kind == TargetKind.Participant:
                Fail(target, PersonExpected, Encoding.UTF8.GetBytes(value.GetRawText()));
                break;
            case JsonValueKind.Number when target.Kind == TargetKind.Participant:
                var person = Encoding.UTF8.GetBytes(value.GetRawText());
                if (PersonKey.IsWhole(value.GetRawText()))
                {
                    _isJson = true;
                    Write(target, person, quoted: true);
                    _isJson = false;
                }
                else
                {
                    Fail(target, PersonExpected, person);
                }

                break;
            default:
                if (target.Kind == TargetKind.Field)
                {
                    _data.WritePropertyName(target.Field!);
                    _data.WriteRawValue(value.GetRawText(), skipInputValidation: true);
                }
                else
                {
                    Write(target, Encoding.UTF8.GetBytes(value.GetRawText()), quoted: true);
                }

                break;
        }
    }

    /// <summary>Writes the trace without its last brace, so that the participant's number can follow.</summary>
    /// <param name="id">The id, if the row has none.</param>
    /// <param name="output">Where to.</param>
    public void End(Guid id, IBufferWriter<byte> output)
    {
        if (!_hasId)
        {
            _members.WriteString("id"u8, id);
        }

        _data.WriteEndObject();
        _data.Flush();
        _members.WritePropertyName("data"u8);
        _members.WriteRawValue(_dataBytes.WrittenSpan, skipInputValidation: true);
        _members.Flush();
        output.Write(_memberBytes.WrittenSpan);
    }

    public void Dispose()
    {
        _members.Dispose();
        _data.Dispose();
    }

    private bool IsMissing(ReadOnlySpan<byte> text)
    {
        foreach (var mark in _missing)
        {
            if (text.SequenceEqual(mark))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsText(Target target) =>
        target.Kind switch
        {
            TargetKind.Timestamp or TargetKind.Sequence => false,
            TargetKind.Field => target.Type is null or FieldType.String or FieldType.Json,
            _ => true,
        };

    private void WriteMember(Target target, ReadOnlySpan<byte> text)
    {
        switch (target.Kind)
        {
            case TargetKind.Id:
                _hasId = true;
                _members.WriteString("id"u8, IdOf(text));
                break;
            case TargetKind.Participant:
                Participant = PersonKey.Normalise(Encoding.UTF8.GetString(text), _decimalComma && !_isJson);
                break;
            case TargetKind.Timestamp:
                if (ReadTime(target, text.Trim((byte)' '), out var time))
                {
                    _members.WriteString("timestamp"u8, time);
                }

                break;
            case TargetKind.Sequence:
                if (ReadWhole(target, text.Trim((byte)' '), out var number))
                {
                    _members.WriteNumber("sequence"u8, number);
                }

                break;
            default:
                _members.WriteString(target.Name, text);
                break;
        }
    }

    private void WriteField(Target target, ReadOnlySpan<byte> text)
    {
        if (target.Type is null or FieldType.String)
        {
            _data.WriteString(target.Field!, text);
            return;
        }

        if (text.Trim((byte)' ') is not { IsEmpty: false } plain)
        {
            return;
        }

        switch (target.Type)
        {
            case FieldType.Integer:
                if (ReadWhole(target, plain, out var whole))
                {
                    _data.WriteNumber(target.Field!, whole);
                }

                break;
            case FieldType.Number:
                WriteNumber(target, plain);
                break;
            case FieldType.Boolean:
                WriteBoolean(target, plain);
                break;
            case FieldType.Timestamp:
                if (ReadTime(target, plain, out var time))
                {
                    _data.WriteString(target.Field!, time);
                }

                break;
            default:
                WriteJson(target, text);
                break;
        }
    }

    // A text that is JSON is meant as JSON; any other is a text.
    private void WriteJson(Target target, ReadOnlySpan<byte> text)
    {
        if (WholeLines.IsValue(text))
        {
            _data.WritePropertyName(target.Field!);
            _data.WriteRawValue(text, skipInputValidation: true);
        }
        else
        {
            _data.WriteString(target.Field!, text);
        }
    }

    private void WriteData(Target target, ReadOnlySpan<byte> text)
    {
        if (WholeLines.IsValue(text) && text.TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
        {
            using var document = JsonDocument.Parse(text.ToArray());
            Write(target, document.RootElement);
        }
        else
        {
            Fail(target, "A JSON object is expected.", text);
        }
    }

    private void WriteNumber(Target target, ReadOnlySpan<byte> text)
    {
        Span<byte> spelt = stackalloc byte[_room.Length];
        if (
            TrySpell(text, ref spelt)
            && Utf8Parser.TryParse(spelt, out double number, out var used)
            && used == text.Length
            && double.IsFinite(number)
        )
        {
            _data.WritePropertyName(target.Field!);
            if (WholeLines.IsValue(spelt))
            {
                _data.WriteRawValue(spelt, skipInputValidation: true);
            }
            else
            {
                // +1 or 1. or .5
                _data.WriteNumberValue(number);
            }

            return;
        }

        Fail(target, Advice(text) ?? "A number within the range of double precision.", text);
    }

    private string? Advice(ReadOnlySpan<byte> text) =>
        _decimalComma && text.Contains((byte)'.')
            ? "With --decimal comma a number has no point in it: write 1000 or 1,5, and leave marks between thousands out."
        : !_decimalComma && text.Contains((byte)',')
            ? "A number is expected; if the comma stands before its fraction, say --decimal comma."
        : null;

    private void WriteBoolean(Target target, ReadOnlySpan<byte> text)
    {
        switch (text.Length > 5 ? "" : Encoding.UTF8.GetString(text).ToUpperInvariant())
        {
            case "TRUE" or "T" or "YES":
                _data.WriteBoolean(target.Field!, true);
                return;
            case "FALSE" or "F" or "NO":
                _data.WriteBoolean(target.Field!, false);
                return;
            default:
                break;
        }

        // Programs that hold all columns as doubles write 1.0 and 0.0.
        if (TryReadWhole(text, out var number) && number is 0 or 1)
        {
            _data.WriteBoolean(target.Field!, number == 1);
        }
        else
        {
            Fail(target, "true or false, 1 or 0, yes or no.", text);
        }
    }

    private bool ReadWhole(Target target, ReadOnlySpan<byte> text, out long number)
    {
        if (TryReadWhole(text, out number))
        {
            return true;
        }

        Fail(target, Advice(text) ?? "A whole number of at most 64 bits.", text);
        return false;
    }

    private bool TryReadWhole(ReadOnlySpan<byte> text, out long number)
    {
        if (Utf8Parser.TryParse(text, out number, out var used) && used == text.Length)
        {
            return true;
        }

        // Programs that hold all numbers as doubles write 5.0 and 1e+05.
        Span<byte> spelt = stackalloc byte[_room.Length];
        if (
            TrySpell(text, ref spelt)
            && Utf8Parser.TryParse(spelt, out decimal value, out used)
            && used == text.Length
            && value == Math.Truncate(value)
            && value is >= long.MinValue and <= long.MaxValue
        )
        {
            number = (long)value;
            return true;
        }

        return false;
    }

    /// <summary>A number with a decimal point, whichever mark the file has.</summary>
    /// <returns>
    /// False if the text is longer than any number, or has a point where the file's mark is the comma: 1.000 may be a thousand.
    /// </returns>
    private bool TrySpell(ReadOnlySpan<byte> text, ref Span<byte> spelt)
    {
        if (text.Length > spelt.Length || (_decimalComma && !_isJson && text.Contains((byte)'.')))
        {
            return false;
        }

        text.CopyTo(spelt);
        spelt = spelt[..text.Length];
        if (_decimalComma && !_isJson)
        {
            spelt.Replace((byte)',', (byte)'.');
        }

        return true;
    }

    private bool ReadTime(Target target, ReadOnlySpan<byte> text, out ReadOnlySpan<byte> time)
    {
        if (_times.Read(text, _room, _isJson, out time) is not { } wrong)
        {
            return true;
        }

        Fail(target, wrong, text);
        return false;
    }

    private void Fail(Target target, string detail, ReadOnlySpan<byte> value)
    {
        if (Fault is null)
        {
            Fault = $"{_mapping.LabelOf(target.Name)}: {detail}";
            FaultValue = JsonFault.Show(value);
        }
    }

    /// <summary>A UUID as it is; any other text becomes one that the same text always becomes.</summary>
    private static Guid IdOf(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out Guid id, out var used) && used == text.Length
            ? id
            : AsVersion8(SHA256.HashData([.. "id "u8, .. text]).AsSpan(0, 16));

    /// <summary>
    /// The id of a row that has none: a UUID of version 8 (RFC 9562 section 5.8) of its place in the file and a digest. Ids
    /// that go up from row to row fall side by side in the index, as those of version 7 do.
    /// </summary>
    public static Guid IdOf(long number, ReadOnlySpan<byte> digest)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number << 16);
        digest[..10].CopyTo(bytes[6..]);
        return AsVersion8(bytes);
    }

    private static Guid AsVersion8(Span<byte> bytes)
    {
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
