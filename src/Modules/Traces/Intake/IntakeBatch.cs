using System.Text.Json;
using System.Text.Json.Nodes;
using Sillage.Api.Formats;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Storage.Merging;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Intake;

/// <summary>What came of a batch.</summary>
/// <param name="Accepted">How many traces are stored now that were not before.</param>
/// <param name="Duplicates">How many were known already, with the same content.</param>
/// <param name="Rejected">
/// Those not taken, by their place in the batch. They are kept in quarantine as they came, save those whose participant's
/// consent is missing, which have the pointer <c>/participant</c>, and those for which the quarantine has no room, which say so as their
/// last fault: these are not kept.
/// </param>
public sealed record IntakeReply(int Accepted, int Duplicates, IReadOnlyList<RejectedTrace> Rejected)
{
    internal static readonly IntakeReply Example = new(
        1,
        0,
        [new RejectedTrace(1, null, [new FieldError("/data/room", "This field is needed.")])]
    );

    /// <summary>201 if anything new is stored, 200 if all were known, 422 if none could be taken.</summary>
    internal int Status =>
        Accepted > 0 ? 201
        : Duplicates > 0 ? 200
        : 422;

    /// <summary>What the same batch gets when it comes again under its Idempotency-Key: all that was taken is known now.</summary>
    /// <param name="reply">The first reply, in JSON.</param>
    internal static byte[] SentAgain(ReadOnlyMemory<byte> reply)
    {
        var again = JsonNode.Parse(reply.Span)!;
        again["duplicates"] = (int)again["accepted"]! + (int)again["duplicates"]!;
        again["accepted"] = 0;
        return JsonSerializer.SerializeToUtf8Bytes(again, Json.Options);
    }
}

/// <summary>What the store made of a batch: a reply, or the reason why there is none.</summary>
/// <param name="Reply">What to answer.</param>
/// <param name="Json">The answer as it is sent.</param>
/// <param name="Status">The answer's status.</param>
/// <param name="Problem">What stands against the batch as a whole.</param>
/// <param name="Kept">The reply for a batch whose Idempotency-Key has one already.</param>
/// <param name="StudyChanged">The study is not what it was when the batch was checked: it must be checked again.</param>
internal sealed record IntakeOutcome(
    IntakeReply? Reply,
    ReadOnlyMemory<byte> Json,
    int Status,
    Problem? Problem = null,
    KeptReply? Kept = null,
    bool StudyChanged = false
)
{
    public static readonly IntakeOutcome Outdated = new(null, default, 0, StudyChanged: true);
}

/// <summary>A checked batch on its way into storage.</summary>
internal sealed class IntakeBatch(Study study, Guid account, ParsedBatch parsed, DateTimeOffset receivedAt)
    : MergedWrite<IntakeOutcome>
{
    public Study Study { get; } = study;

    /// <summary>Who sends it.</summary>
    public Guid Account { get; } = account;

    /// <summary>The sender's own number: his own traces do not name him a second time.</summary>
    public long? OwnNumber { get; init; } = study.NumberByAccount.TryGetValue(account, out var number) ? number : null;

    public ParsedBatch Parsed { get; } = parsed;

    public DateTimeOffset ReceivedAt { get; } = receivedAt;

    /// <summary>Whether the sender may name any participant; kept with what is rejected.</summary>
    public bool MayName { get; init; }

    /// <summary>
    /// Whether it comes from a file, by the hand of whoever runs the server: then no account is the sender, which is written as
    /// a UUID of zeros, and what is not taken goes back into a file instead of the quarantine.
    /// </summary>
    public bool Imported { get; init; }

    /// <summary>How much may be rejected, and how much of that is kept; null for what has no such limit.</summary>
    public TracesOptions? Limits { get; init; }

    /// <summary>Null where the request names no key.</summary>
    public IdempotencyKey? Key { get; init; }

    /// <inheritdoc />
    public override int Weight => Parsed.Source.Body.Length + 256;

    /// <inheritdoc />
    public override int Count => Parsed.Count;

    /// <summary>Whether a trace of this participant names the account that sent it.</summary>
    public bool NamesSender(long participant) => participant != OwnNumber;
}
