using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Intake;

/// <summary>How the traces stand in a body.</summary>
internal enum BatchForm
{
    /// <summary>One JSON object, or an array of them.</summary>
    Json,

    /// <summary>A JSON object a line.</summary>
    NdJson,
}

/// <summary>Whose traces a sender may send.</summary>
/// <param name="MayName">Whether he may name any participant of the study.</param>
/// <param name="OwnNumber">His own number, if he is a participant.</param>
internal readonly record struct Sender(bool MayName, long? OwnNumber);

/// <summary>
/// Reads a body of traces in one pass over its bytes. What is wrong with one trace is held against that trace alone; only
/// text after which nothing can be made out any more (a syntax error outside NDJSON) is held against the whole body.
/// </summary>
internal sealed partial class TraceParser
{
    /// <summary>How the fault of a text that is no JSON begins; the place and the reader's words follow.</summary>
    public const string NotJson = "Not valid JSON at byte ";

    private const int MaximumDepth = 64;
    private const int MaximumErrors = 20;

    // Faults told at once, in characters; beyond, one a trace. What is told is sent, and kept under the Idempotency-Key.
    private const int MaximumTold = 256 * 1024;
    private const int MaximumTextLength = 200;

    // Depth is checked here and not by the reader, whose exception would end the whole batch. It keeps a bit a level.
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = int.MaxValue };

    private readonly Study _study;
    private readonly FieldRules _fields;
    private readonly Sender _sender;
    private readonly TracesOptions _options;
    private readonly DateTimeOffset _now;
    private readonly ParsedBatch _batch;
    private readonly TextSource _source;
    private readonly NameScopes _names = new();
    private readonly ulong[] _seenFields;

    private List<FieldError> _errors = [];
    private int _next;

    // Where the text that is being read begins in the body: a line's start for NDJSON, otherwise 0.
    private int _base;
    private int _start;
    private int _rule;
    private bool _tooDeep;
    private int _told;

    private TraceParser(
        ReadOnlyMemory<byte> body,
        Study study,
        Sender sender,
        TracesOptions options,
        DateTimeOffset now
    )
    {
        (_study, _fields, _sender, _options, _now) = (study, study.Rules, sender, options, now);
        _batch = new ParsedBatch(body);
        _source = _batch.Source;
        _seenFields = new ulong[(_fields.Rules.Length + 63) / 64];
    }

    /// <summary>Reads a body.</summary>
    /// <returns>What it holds, or why it cannot be read at all.</returns>
    public static bool TryParse(
        ReadOnlyMemory<byte> body,
        BatchForm form,
        Study study,
        Sender sender,
        TracesOptions options,
        DateTimeOffset now,
        out ParsedBatch batch,
        out Problem? problem
    )
    {
        // A byte order mark is not JSON (RFC 8259 section 8.1), but writers on Windows put one.
        if (body.Span.StartsWith("\uFEFF"u8))
        {
            body = body[3..];
        }

        var parser = new TraceParser(body, study, sender, options, now);
        batch = parser._batch;
        problem = form == BatchForm.NdJson ? parser.ParseLines() : parser.ParseDocument();
        if (problem is null && parser._next == 0)
        {
            problem = Problem.BadRequest(
                "The body holds no trace.",
                new FieldError("", "At least one trace is expected.")
            );
        }

        return problem is null;
    }

    /// <summary>Reads a body that is one trace and no more: whatever is wrong with it is held against that trace.</summary>
    public static ParsedBatch ParseOne(
        ReadOnlyMemory<byte> body,
        Study study,
        Sender sender,
        TracesOptions options,
        DateTimeOffset now
    )
    {
        var parser = new TraceParser(body, study, sender, options, now);
        parser.ParseLine(body.Span);
        return parser._batch;
    }

    /// <summary>What is wrong with an object of fields on its own; pointers begin with <c>/data</c>.</summary>
    public static IReadOnlyList<FieldError> CheckData(ReadOnlyMemory<byte> data, Study study)
    {
        byte[] body = [.. "{\"data\":"u8, .. data.Span, (byte)'}'];
        var parser = new TraceParser(body, study, default, new TracesOptions(), default);
        var reader = new Utf8JsonReader(body, ReaderOptions);
        reader.Read();
        reader.Read();
        reader.Read();
        var trace = default(ParsedTrace);
        parser.ReadData(ref reader, (int)reader.TokenStartIndex, ref trace);
        return parser._errors;
    }

    private Problem? ParseDocument()
    {
        var body = _source.Body.Span;
        if (body.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return Problem.BadRequest(
                "The body is empty.",
                new FieldError("", "A trace or an array of traces is expected.")
            );
        }

        var wellEncoded = Utf8.IsValid(body);
        var reader = new Utf8JsonReader(body, ReaderOptions);
        var single = true;
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                single = false;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (_next >= _options.MaxBatchTraces)
                    {
                        return TooMany();
                    }

                    ParseItem(ref reader, wellEncoded);
                    if (_batch.Rejections.Count > _options.MaxRejectedTraces)
                    {
                        return TooManyRejected(_batch.Rejections.Select(r => r.Told), _options.MaxRejectedTraces);
                    }
                }
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                ParseItem(ref reader, wellEncoded);
            }
            else
            {
                return Problem.BadRequest(
                    "The body is no trace.",
                    new FieldError("", "A JSON object or an array of objects is expected.")
                );
            }

            // Throws if anything follows.
            reader.Read();
            return null;
        }
        catch (JsonException e)
        {
            return Problem.BadRequest(
                $"The body is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}. Nothing of it was stored.",
                new FieldError(single ? "" : $"/{_next}", JsonFault.Of(body, e))
            );
        }
    }

    private Problem? ParseLines()
    {
        var body = _source.Body.Span;
        var at = 0;
        while (at < body.Length)
        {
            var length = body[at..].IndexOf((byte)'\n');
            length = length < 0 ? body.Length - at : length;
            var line = body.Slice(at, length).TrimEnd((byte)'\r');
            if (line.IndexOfAnyExcept(" \t\r"u8) >= 0)
            {
                if (_next >= _options.MaxBatchTraces)
                {
                    return TooMany();
                }

                _base = at;
                if (!ParseLine(line) && WholeLines.Broken(body[at..], length, isWhole: true) is { } shape)
                {
                    return NotLines(shape);
                }

                if (_batch.Rejections.Count > _options.MaxRejectedTraces)
                {
                    return TooManyRejected(_batch.Rejections.Select(r => r.Told), _options.MaxRejectedTraces);
                }
            }

            at += length + 1;
        }

        // One array is no trace, but whoever sent it meant its items.
        return _next == 1 && body.Trim(" \t\r\n"u8) is [(byte)'[', .., (byte)']']
            ? NotLines(WholeLines.Shape.Array)
            : null;
    }

    private static Problem NotLines(WholeLines.Shape shape) =>
        Problem.BadRequest(
            "The body is not NDJSON: it has to be one trace a line. Nothing of it was stored.",
            new FieldError(
                "",
                shape == WholeLines.Shape.Array
                    ? "This is a JSON array: send it as application/json, or its items a line each without brackets and commas."
                    : "This is JSON over several lines: send it as application/json, or write each trace on one line."
            )
        );

    /// <summary>Reads a line.</summary>
    /// <returns>False if the line is not JSON.</returns>
    private bool ParseLine(ReadOnlySpan<byte> line)
    {
        var before = _next;
        var reader = new Utf8JsonReader(line, ReaderOptions);
        try
        {
            reader.Read();
            ParseItem(ref reader, Utf8.IsValid(line));
            reader.Read();
            return true;
        }
        catch (JsonException e)
        {
            // What was found good before the line went wrong does not count.
            if (_next > before)
            {
                Undo(before);
            }

            _errors = [new FieldError("", $"{NotJson}{e.BytePositionInLine + 1}: {JsonFault.Of(line, e)}")];
            Reject(null, null, new Slice(_base, line.Length));
            return false;
        }
    }

    private int MostErrors => _told < MaximumTold ? MaximumErrors : 1;

    private void Undo(int index)
    {
        _next = index;
        if (_batch.Traces is [.., var trace] && trace.Index == index)
        {
            _batch.Traces.RemoveAt(_batch.Traces.Count - 1);
        }
        else
        {
            _batch.Rejections.RemoveAt(_batch.Rejections.Count - 1);
        }
    }

    /// <summary>What is told of a batch of which too much does not fit: in halves it comes to where each part can be answered in full.</summary>
    public static Problem TooManyRejected(IEnumerable<RejectedTrace> rejected, int most) =>
        Problem.Of(
            StatusCodes.Status413PayloadTooLarge,
            "Content too large",
            $"More than {most} of these traces are not valid. Nothing of the batch was stored and nothing of it is kept. Send it in halves; the first faults are listed.",
            [
                .. rejected
                    .Take(MaximumErrors)
                    .Select(r => r.Errors[0] with { Pointer = $"/{r.Index}{r.Errors[0].Pointer}" }),
            ]
        );

    private Problem TooMany() =>
        Problem.BadRequest(
            "The batch holds too many traces. Nothing of it was stored.",
            new FieldError("", $"At most {_options.MaxBatchTraces} traces in one batch.")
        );

    private void Reject(Guid? id, long? participant, Slice whole)
    {
        // What cannot be told to be somebody's is its sender's own, unless he sends for others.
        var mayBeKept =
            (participant ?? (_sender.MayName ? null : _sender.OwnNumber)) is not { } whose || _study.MayTakeFrom(whose);
        if (!mayBeKept)
        {
            _errors.Add(ConsentMissing(_study));
        }

        foreach (var error in _errors)
        {
            _told += error.Pointer.Length + error.Detail.Length;
        }

        _batch.Rejections.Add(new Rejection(new RejectedTrace(_next, id, _errors), whole, participant, mayBeKept));
        _errors = [];
        _next++;
    }

    /// <summary>What is told of a trace whose participant has not agreed to its being taken.</summary>
    public static FieldError ConsentMissing(Study study) =>
        new(
            "/participant",
            $"This participant's consent to version {study.Consent!.Terms.Version} of what the study asks is not there: "
                + $"nothing of this trace is kept. It is given at {StudyResource.AddressOf(study.Slug)}/consent."
        );

    /// <summary>Holds an error against the value that begins at <paramref name="offset"/> of the text being read.</summary>
    private void ErrorAt(int offset, string detail)
    {
        if (_errors.Count < MostErrors)
        {
            var item = _source.Body.Span[(_base + _start)..];
            _errors.Add(new FieldError(JsonPlace.PointerTo(item, offset - _start), detail));
        }
    }

    private void Error(string pointer, string detail)
    {
        if (_errors.Count < MostErrors)
        {
            _errors.Add(new FieldError(pointer, detail));
        }
    }
}
