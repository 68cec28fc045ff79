using System.Text.Json;
using Sillage.Schema;

namespace Sillage.Traces.Intake;

/// <summary>A trace that is stored, for telling a resent one from another one of the same id.</summary>
internal sealed record StoredTrace(
    long? Participant,
    long Time,
    byte[]? Session,
    long? Sequence,
    byte[] Name,
    byte[] Data
)
{
    public static StoredTrace Of(in ParsedTrace trace, TextSource source) =>
        new(
            trace.Participant,
            trace.Time,
            trace.Session.IsNone ? null : source.Of(trace.Session).ToArray(),
            trace.Sequence,
            source.Of(trace.Name).ToArray(),
            source.Of(trace.Data).ToArray()
        );

    /// <summary>
    /// Whether the two say the same: the order of members and the spelling of a time or a number do not make a
    /// difference, as a client that writes its queue to disk and reads it back may well change those.
    /// </summary>
    public bool IsSameAs(in ParsedTrace trace, TextSource source) =>
        Participant == trace.Participant
        && Time == trace.Time
        && Sequence == trace.Sequence
        && (Session is null) == trace.Session.IsNone
        && (trace.Session.IsNone || source.Of(trace.Session).SequenceEqual(Session))
        && source.Of(trace.Name).SequenceEqual(Name)
        && (source.Of(trace.Data).SequenceEqual(Data) || IsSameJson(source.MemoryOf(trace.Data)));

    private bool IsSameJson(ReadOnlyMemory<byte> other)
    {
        using var here = JsonDocument.Parse(Data);
        using var there = JsonDocument.Parse(other);
        return JsonElement.DeepEquals(here.RootElement, there.RootElement);
    }
}
