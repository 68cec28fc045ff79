using Sillage.Traces.Masks;

namespace Sillage.Traces.Query;

/// <summary>A stored trace as it is read: its texts are bytes that are valid until the next row.</summary>
internal ref struct TraceRow
{
    public long Position;
    public Guid Id;
    public long? Participant;

    /// <summary>Who sent it; null where that is the participant himself.</summary>
    public Guid? Sender;

    /// <summary>Null where the participant is gone.</summary>
    public string? Pseudonym;

    public ReadOnlySpan<byte> Timestamp;

    /// <summary>Microseconds since the Unix epoch.</summary>
    public long Time;

    /// <summary>Microseconds since the Unix epoch.</summary>
    public long ReceivedAt;

    /// <summary>Empty where there is none: a session is never empty.</summary>
    public ReadOnlySpan<byte> Session;

    public long? Sequence;
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Data;

    /// <summary>Whose it is, for the tokens that stand in it.</summary>
    public readonly Whose Whose => new(Participant, Sender);
}

/// <summary>Takes a row.</summary>
/// <returns>Whether there is room for another.</returns>
internal delegate bool TraceSink(in TraceRow row);
