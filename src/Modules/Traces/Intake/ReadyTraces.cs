using System.Buffers;
using System.Text;
using Sillage.Schema;

namespace Sillage.Traces.Intake;

/// <summary>A trace that came by another road than <see cref="TraceParser"/> and was checked there.</summary>
/// <param name="Id">The trace's id.</param>
/// <param name="Participant">A participant of the study.</param>
/// <param name="Timestamp">As the client wrote it, whether or not that is a time.</param>
/// <param name="Time">The point in time that counts.</param>
/// <param name="Sequence">The client's count, if it keeps one.</param>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Data">An object that fits the study's fields.</param>
internal sealed record ReadyTrace(
    Guid Id,
    long Participant,
    string Timestamp,
    DateTimeOffset Time,
    long? Sequence,
    string Name,
    ReadOnlyMemory<byte> Data
);

/// <summary>
/// Puts such traces into a batch. This is the only way in for a timestamp that is no RFC 3339 text: the main road does not
/// take one.
/// </summary>
internal sealed class ReadyTraces
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<ParsedTrace> _traces = [];

    public void Add(ReadyTrace trace)
    {
        var data = Append(trace.Data.Span);
        _traces.Add(
            new ParsedTrace
            {
                Index = _traces.Count,
                Id = trace.Id,
                IdGiven = true,
                Participant = trace.Participant,
                Whole = data,
                Timestamp = Append(Encoding.UTF8.GetBytes(trace.Timestamp)),
                Time = Rfc3339.ToMicroseconds(trace.Time),
                Session = Slice.None,
                Sequence = trace.Sequence,
                Name = Append(Encoding.UTF8.GetBytes(trace.Name)),
                Data = data,
            }
        );
    }

    public ParsedBatch ToBatch()
    {
        var batch = new ParsedBatch(_bytes.WrittenMemory);
        batch.Traces.AddRange(_traces);
        return batch;
    }

    private Slice Append(ReadOnlySpan<byte> bytes)
    {
        var slice = new Slice(_bytes.WrittenCount, bytes.Length);
        _bytes.Write(bytes);
        return slice;
    }
}
