using Microsoft.Extensions.Logging;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Messaging.Rooms;
using Sillage.Storage;
using Sillage.Storage.Merging;

namespace Sillage.Messaging.Messages;

/// <summary>A message on its way into storage.</summary>
internal sealed class Outgoing(Guid room, NewMessage message, Mentions mentions, Caller caller)
    : MergedWrite<SendOutcome>
{
    public Guid Room => room;

    public NewMessage Message => message;

    public Mentions Mentions => mentions;

    public Caller Caller => caller;

    /// <inheritdoc />
    public override int Weight => 512 + (2 * message.Text.Length);
}

/// <summary>What became of a message: stored for good, or refused.</summary>
internal sealed record SendOutcome(Sent? Sent, Problem? Refusal);

/// <summary>Where the messages of many senders become few units of work; those of one room follow one another.</summary>
internal sealed class MessageQueue(Chat chat, PersonLimits limits, ILogger<MessageQueue> logger)
    : MergedWrites<Outgoing, SendOutcome>(chat.Database, MostBytes, logger)
{
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>Stores a message, once however often it is sent under its name.</summary>
    /// <exception cref="ProblemException">It is refused.</exception>
    /// <exception cref="DatabaseUnavailableException">It was not stored; it may be sent again.</exception>
    public async Task<Sent> SendAsync(Guid room, NewMessage message, Caller caller, CancellationToken ct)
    {
        if (limits.RefuseMessage(caller.Id) is { } tooMany)
        {
            // What was taken before is no message more.
            return await FindSentAsync(room, message, caller, ct) ?? throw new ProblemException(tooMany);
        }

        var mentions = await Mentions.FindAsync(message.Text, chat, ct);
        try
        {
            var outcome = await StoreAsync(new Outgoing(room, message, mentions, caller), ct);
            return outcome.Sent ?? throw new ProblemException(outcome.Refusal!);
        }
        catch (UniqueViolationException)
        {
            // Sent at the same time to another room, or by way of another process.
            if (await FindSentAsync(room, message, caller, ct) is { } before)
            {
                return before;
            }

            throw;
        }
    }

    protected override Task<SendOutcome[]> StoreAsync(IUnitOfWork unit, IReadOnlyList<Outgoing> group) =>
        StoreMessages.RunAsync(unit, group, chat, CancellationToken.None);

    protected override bool IsSendersOwn(Exception exception) =>
        exception is ProblemException or UniqueViolationException;

    private async Task<SendOutcome> StoreAsync(Outgoing message, CancellationToken ct) =>
        // A file that cannot be attached ends the unit, which others should not feel.
        message.Message.Attachments
            is { Count: > 0 }
            ? (await chat.Database.WriteAsync(unit => StoreAsync(unit, [message]), ct))[0]
            : await StoreAsync(message, message.Room.GetHashCode());

    private Task<Sent?> FindSentAsync(Guid room, NewMessage message, Caller caller, CancellationToken ct) =>
        chat.Database.ReadAsync(
            async r =>
                message.ClientId is { } name
                && (await Talk.MessageRow.FindAsync(r, [(caller.Id, name)], ct)) is [var before]
                    ? StoreMessages.Again(before, room)
                    : null,
            ct
        );
}
