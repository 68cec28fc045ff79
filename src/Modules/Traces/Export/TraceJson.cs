using System.Buffers;
using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Schema;
using Sillage.Traces.Query;

namespace Sillage.Traces.Export;

/// <summary>Writes rows as JSON on one line each, byte for byte where they are JSON already.</summary>
internal sealed class TraceJson(IBufferWriter<byte> output) : IDisposable
{
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText Participant = JsonEncodedText.Encode("participant");
    private static readonly JsonEncodedText Number = JsonEncodedText.Encode("number");
    private static readonly JsonEncodedText Username = JsonEncodedText.Encode("username");
    private static readonly JsonEncodedText Timestamp = JsonEncodedText.Encode("timestamp");
    private static readonly JsonEncodedText CorrectedTimestamp = JsonEncodedText.Encode("correctedTimestamp");
    private static readonly JsonEncodedText ReceivedAt = JsonEncodedText.Encode("receivedAt");
    private static readonly JsonEncodedText Session = JsonEncodedText.Encode("session");
    private static readonly JsonEncodedText Sequence = JsonEncodedText.Encode("sequence");
    private static readonly JsonEncodedText Name = JsonEncodedText.Encode("name");
    private static readonly JsonEncodedText Data = JsonEncodedText.Encode("data");

    private readonly Utf8JsonWriter _json = new(
        output,
        new JsonWriterOptions
        {
            Encoder = Json.Options.Encoder,
            SkipValidation = true,
            MaxDepth = 1000,
        }
    );

    /// <summary>Set for a member with the corrected timestamp.</summary>
    public CorrectedTimes? Corrected { get; init; }

    /// <summary>Writes one row, without a line end.</summary>
    /// <param name="row">The row.</param>
    /// <param name="names">User names by number, if identities are wanted.</param>
    public void Write(in TraceRow row, IReadOnlyDictionary<long, string>? names)
    {
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString(Id, row.Id);
        if (row.Pseudonym is not null)
        {
            _json.WriteString(Participant, row.Pseudonym);
        }

        if (names is not null && row.Participant is { } number)
        {
            _json.WriteNumber(Number, number);
            if (names.TryGetValue(number, out var username))
            {
                _json.WriteString(Username, username);
            }
        }

        _json.WriteString(Timestamp, row.Timestamp);
        if (Corrected is not null)
        {
            _json.WriteString(CorrectedTimestamp, Rfc3339.ToTime(Corrected.Of(row)).UtcDateTime);
        }

        _json.WriteString(ReceivedAt, Rfc3339.ToTime(row.ReceivedAt).UtcDateTime);
        if (!row.Session.IsEmpty)
        {
            _json.WriteString(Session, row.Session);
        }

        if (row.Sequence is { } sequence)
        {
            _json.WriteNumber(Sequence, sequence);
        }

        _json.WriteString(Name, row.Name);
        _json.WritePropertyName(Data);
        WriteData(row.Data);
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <summary>Writes the next rows elsewhere.</summary>
    public void Reset(IBufferWriter<byte> output) => _json.Reset(output);

    public void Dispose() => _json.Dispose();

    // Line ends in JSON lie between its tokens only, where a space says the same.
    private void WriteData(ReadOnlySpan<byte> data)
    {
        if (data.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            _json.WriteRawValue(data, skipInputValidation: true);
            return;
        }

        var oneLine = ArrayPool<byte>.Shared.Rent(data.Length);
        for (var i = 0; i < data.Length; i++)
        {
            oneLine[i] = data[i] is (byte)'\n' or (byte)'\r' ? (byte)' ' : data[i];
        }

        _json.WriteRawValue(oneLine.AsSpan(0, data.Length), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(oneLine);
    }
}
