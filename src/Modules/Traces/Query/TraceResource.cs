using Sillage.Api.Replies;

namespace Sillage.Traces.Query;

/// <summary>A trace: something that a participant did.</summary>
/// <param name="Id">Its id, given by the client or by the server.</param>
/// <param name="Participant">The participant's pseudonym.</param>
/// <param name="Number">The participant's number; with <c>identities=true</c> only.</param>
/// <param name="Username">The participant's user name; with <c>identities=true</c> only, absent once he was erased.</param>
/// <param name="Timestamp">When it happened, by the client's clock and in the client's spelling.</param>
/// <param name="ReceivedAt">When it came in, by the server's clock.</param>
/// <param name="Session">The client's session, if it named one.</param>
/// <param name="Sequence">Its place in the session, if the client counts.</param>
/// <param name="Name">What happened.</param>
/// <param name="Data">The study's fields, as they came.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record TraceResource(
    Guid Id,
    string? Participant,
    long? Number,
    string? Username,
    string Timestamp,
    DateTimeOffset ReceivedAt,
    string? Session,
    long? Sequence,
    string Name,
    RawJson Data,
    Links? Links = null
)
{
    internal static readonly TraceResource Example = new(
        new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"),
        "p3k9x2m7q8w1z",
        null,
        null,
        "2026-11-20T09:30:00.250Z",
        Examples.Time.AddMilliseconds(80),
        "s-1",
        1,
        "answered",
        RawJson.Of(
            new
            {
                room = "loops",
                answer = "for",
                correct = true,
            }
        ),
        new Links("/api/v1/studies/java-quest/traces/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58")
    );
}
