using System.Text.Json;
using System.Text.Unicode;
using Sillage.Schema;

namespace Sillage.Traces.Intake;

/// <summary>One trace and its members.</summary>
internal sealed partial class TraceParser
{
    private const string WholeExpected = "A whole number of at most 64 bits.";

    [Flags]
    private enum Members
    {
        None = 0,
        Id = 1,
        Timestamp = 2,
        Session = 4,
        Sequence = 8,
        Name = 16,
        Data = 32,
        Participant = 64,
    }

    private void ParseItem(ref Utf8JsonReader reader, bool wellEncoded)
    {
        _start = (int)reader.TokenStartIndex;
        if (!wellEncoded && RejectIfBadlyEncoded(ref reader))
        {
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Error("", "A trace is a JSON object.");
            reader.Skip();
            Reject(null, null, WholeUpTo(reader.BytesConsumed));
            return;
        }

        var trace = new ParsedTrace
        {
            Index = _next,
            Session = Slice.None,
            Participant = _sender.OwnNumber ?? 0,
        };
        var seen = Members.None;
        _tooDeep = false;
        _names.Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var at = (int)reader.TokenStartIndex;
            // Half a surrogate pair cannot be compared with anything: the reader throws.
            var member = CheckText(ref reader) ? WhichMember(ref reader) : Members.None;
            if (member == Members.None)
            {
                ErrorAt(at, "A trace has no such member; what the study's fields hold goes into 'data'.");
                reader.Read();
                WalkValue(ref reader, 1);
                continue;
            }

            if ((seen & member) != Members.None)
            {
                ErrorAt(at, "This member is there twice.");
            }

            seen |= member;
            reader.Read();
            ReadMember(ref reader, member, ref trace);
        }

        CheckMissing(seen);
        Take(ref trace, seen, reader.BytesConsumed);
    }

    private void Take(ref ParsedTrace trace, Members seen, long end)
    {
        trace.Whole = WholeUpTo(end);
        if (trace.Whole.Length > _options.MaxTraceBytes)
        {
            Error("", $"A trace is at most {_options.MaxTraceBytes} bytes long.");
        }

        if (_errors.Count > 0 || !_study.MayTakeFrom(trace.Participant))
        {
            Reject(trace.IdGiven ? trace.Id : null, trace.Participant == 0 ? null : trace.Participant, trace.Whole);
            return;
        }

        if ((seen & Members.Id) == Members.None)
        {
            trace.Id = Guid.CreateVersion7(_now);
        }

        _batch.Traces.Add(trace);
        _next++;
    }

    private Slice WholeUpTo(long end) => new(_base + _start, (int)end - _start);

    private bool RejectIfBadlyEncoded(ref Utf8JsonReader reader)
    {
        var probe = reader;
        probe.Skip();
        var whole = WholeUpTo(probe.BytesConsumed);
        if (Utf8.IsValid(_source.Of(whole)))
        {
            return false;
        }

        reader = probe;
        Error("", "The text is not valid UTF-8.");
        Reject(null, null, whole);
        return true;
    }

    private static Members WhichMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("data"u8))
        {
            return Members.Data;
        }

        if (reader.ValueTextEquals("timestamp"u8))
        {
            return Members.Timestamp;
        }

        if (reader.ValueTextEquals("name"u8))
        {
            return Members.Name;
        }

        if (reader.ValueTextEquals("id"u8))
        {
            return Members.Id;
        }

        if (reader.ValueTextEquals("session"u8))
        {
            return Members.Session;
        }

        if (reader.ValueTextEquals("sequence"u8))
        {
            return Members.Sequence;
        }

        return reader.ValueTextEquals("participant"u8) ? Members.Participant : Members.None;
    }

    private void ReadMember(ref Utf8JsonReader reader, Members member, ref ParsedTrace trace)
    {
        var at = (int)reader.TokenStartIndex;
        switch (member)
        {
            case Members.Id:
                trace.IdGiven =
                    reader.TokenType == JsonTokenType.String
                    && !reader.ValueIsEscaped
                    && reader.TryGetGuid(out trace.Id);
                Require(ref reader, at, trace.IdGiven, "A UUID such as 01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58.");
                if (trace.IdGiven && OldLogId.NumberOf(trace.Id) is not null)
                {
                    ErrorAt(at, "Ids of this form are kept for logs taken over from an older server; leave it out.");
                }

                break;
            case Members.Timestamp:
                var timely = Rfc3339.TryRead(ref reader, out trace.Time);
                if (timely)
                {
                    trace.Timestamp = TextOf(ref reader);
                }

                Require(ref reader, at, timely, Rfc3339.Expected);
                break;
            case Members.Session:
                trace.Session = reader.TokenType == JsonTokenType.Null ? Slice.None : ReadText(ref reader, at);
                break;
            case Members.Name:
                trace.Name = ReadText(ref reader, at);
                break;
            case Members.Sequence:
                trace.Sequence = ReadWhole(ref reader, at);
                break;
            case Members.Participant:
                ReadParticipant(ref reader, at, ref trace);
                break;
            default:
                ReadData(ref reader, at, ref trace);
                break;
        }
    }

    private void Require(ref Utf8JsonReader reader, int at, bool valid, string expected)
    {
        if (!valid)
        {
            ErrorAt(at, expected);
            reader.Skip();
        }
    }

    private long? ReadWhole(ref Utf8JsonReader reader, int at)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        var valid = WholeNumber.TryRead(ref reader, out var number);
        Require(ref reader, at, valid, WholeExpected);
        return number;
    }

    private void ReadParticipant(ref Utf8JsonReader reader, int at, ref ParsedTrace trace)
    {
        if (!WholeNumber.TryRead(ref reader, out var number) || number < 1)
        {
            Require(ref reader, at, valid: false, "The number of a participant: a whole number from 1 up.");
        }
        else if (!_sender.MayName && number != _sender.OwnNumber)
        {
            ErrorAt(at, "You may send your own traces only; leave this member out or give your own number.");
        }
        else if (number != _sender.OwnNumber && !_study.HasParticipant(number))
        {
            ErrorAt(at, "The study has no participant of this number.");
        }
        else
        {
            trace.Participant = number;
        }
    }

    private Slice ReadText(ref Utf8JsonReader reader, int at)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            Require(ref reader, at, valid: false, $"A text of 1 to {MaximumTextLength} characters.");
            return Slice.None;
        }

        if (!CheckText(ref reader))
        {
            return Slice.None;
        }

        var text = TextOf(ref reader);
        var length = JsonText.CountCharacters(_source.Of(text));
        if (length is < 1 or > MaximumTextLength)
        {
            ErrorAt(at, $"A text of 1 to {MaximumTextLength} characters.");
        }

        return text;
    }

    /// <summary>The text of a string or member name without its escapes.</summary>
    private Slice TextOf(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return new Slice(_base + (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        }

        var length = reader.CopyString(_source.Room(reader.ValueSpan.Length));
        return _source.Keep(length);
    }

    private bool CheckText(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped || JsonText.FindBadEscape(reader.ValueSpan) is not { } wrong)
        {
            return true;
        }

        ErrorAt((int)reader.TokenStartIndex, wrong);
        return false;
    }

    private void CheckMissing(Members seen)
    {
        if ((seen & Members.Timestamp) == Members.None)
        {
            Error("/timestamp", "This member is needed. " + Rfc3339.Expected);
        }

        if ((seen & Members.Name) == Members.None)
        {
            Error("/name", "This member is needed: what happened, in a word or two.");
        }

        if ((seen & Members.Data) == Members.None)
        {
            Error("/data", "This member is needed: an object with the study's fields.");
        }

        if ((seen & Members.Participant) == Members.None && _sender.OwnNumber is null)
        {
            Error("/participant", "This member is needed: the number of the participant whose trace it is.");
        }
    }
}
