using Sillage.Api.Problems;
using Sillage.Schema;

namespace Sillage.Traces.Intake;

/// <summary>A trace that may be stored, its texts still where they came in.</summary>
internal struct ParsedTrace
{
    /// <summary>Its place in the batch, from 0.</summary>
    public int Index;

    /// <summary>The client's id, or the one given to it here.</summary>
    public Guid Id;

    /// <summary>Whether the client gave the id.</summary>
    public bool IdGiven;

    public long Participant;

    /// <summary>The whole trace as it came.</summary>
    public Slice Whole;

    /// <summary>The timestamp as the client wrote it.</summary>
    public Slice Timestamp;

    /// <summary>The timestamp's point in time, in microseconds since the Unix epoch.</summary>
    public long Time;

    public Slice Session;

    public long? Sequence;

    public Slice Name;

    /// <summary>The object of fields, byte for byte.</summary>
    public Slice Data;
}

/// <summary>What is told of a trace that was not taken.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Id">Its id, if it has a readable one.</param>
/// <param name="Errors">All that is wrong with it; pointers are relative to the trace.</param>
public sealed record RejectedTrace(int Index, Guid? Id, IReadOnlyList<FieldError> Errors);

/// <summary>A trace that was not taken, with the bytes that came.</summary>
/// <param name="Told">What is told of it.</param>
/// <param name="Whole">The bytes.</param>
/// <param name="Participant">Whose it is, as far as that is known.</param>
/// <param name="MayBeKept">Whether it may go into quarantine: not without consent.</param>
internal readonly record struct Rejection(RejectedTrace Told, Slice Whole, long? Participant, bool MayBeKept = true);

/// <summary>What a body was found to hold.</summary>
internal sealed class ParsedBatch(ReadOnlyMemory<byte> body)
{
    public TextSource Source { get; } = new(body);

    public List<ParsedTrace> Traces { get; } = [];

    public List<Rejection> Rejections { get; } = [];

    /// <summary>How many rows come of it: what is rejected is written as well.</summary>
    public int Count => Traces.Count + Rejections.Count;
}
