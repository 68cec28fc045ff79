using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Searching;
using Sillage.Messaging.Talk;
using Sillage.Messaging.Threads;
using Sillage.Messaging.Unread;
using Sillage.Storage;

namespace Sillage.Messaging.Messages;

/// <summary>Stores messages of many senders in one unit: each is there once, in its room's order, or is refused without holding up the others.</summary>
internal static class StoreMessages
{
    private const string LastOfSender = """
        SELECT sent_at FROM message WHERE sender_id = @Sender AND room_id = @Room ORDER BY seq DESC LIMIT 1
        """;

    public static async Task<SendOutcome[]> RunAsync(
        IUnitOfWork unit,
        IReadOnlyList<Outgoing> group,
        Chat chat,
        CancellationToken ct
    )
    {
        var seen = (
            await HeldRoom.HoldEachAsync(unit, [.. group.Select(sent => (sent.Room, sent.Caller.Id)).Distinct()], ct)
        ).ToDictionary(held => (held.Room.Id, held.Account));
        var before = await FindSentAsync(unit, group, ct);

        // A room is numbered by one, whoever sees it.
        var numbered = new Dictionary<Guid, HeldRoom>();
        var stored = new List<(Outgoing Sent, MessageRow Row, HeldRoom Held)>();
        var outcomes = new SendOutcome[group.Count];
        for (var i = 0; i < group.Count; i++)
        {
            var sent = group[i];
            try
            {
                if (!seen.TryGetValue((sent.Room, sent.Caller.Id), out var held))
                {
                    throw new ProblemException(Problem.NotFound());
                }

                held.Room.Demand(sent.Caller, RoomRights.Write);
                if (NameOf(sent) is { } name && before.TryGetValue(name, out var known))
                {
                    outcomes[i] = new SendOutcome(Again(known, sent.Room), null);
                    continue;
                }

                // What is in this unit already is not in storage yet.
                var hasJustSent =
                    held.Room.SlowSeconds > 0
                    && stored.Exists(other => other.Row.RoomId == sent.Room && other.Row.SenderId == sent.Caller.Id);
                await RefuseSilencedAsync(unit, held.Room, sent.Caller, hasJustSent, chat, ct);
                var answered = await FindAnsweredAsync(unit, sent, ct);
                numbered.TryAdd(sent.Room, held);
                var row = RowOf(sent, held.Room, numbered[sent.Room].NextSeq(), answered, chat.Now);
                stored.Add((sent, row, held));
                outcomes[i] = new SendOutcome(new Sent(row.Id, row.Seq, row.SentAt), null);
                if (NameOf(sent) is { } called)
                {
                    // The same twice in one unit: the second gets the answer of the first.
                    before[called] = new SentBefore(
                        called.Sender,
                        called.ClientId,
                        row.RoomId,
                        row.Seq,
                        row.Id,
                        row.SentAt
                    );
                }
            }
            catch (ProblemException e)
            {
                outcomes[i] = new SendOutcome(null, e.Problem);
            }
        }

        if (stored.Count > 0)
        {
            await StoreAsync(unit, stored, [.. numbered.Values], chat, ct);
        }

        return outcomes;
    }

    /// <summary>The answer that a message got before.</summary>
    /// <exception cref="ProblemException">409: it was another message.</exception>
    public static Sent Again(SentBefore before, Guid room) =>
        before.RoomId == room
            ? new Sent(before.Id, before.Seq, before.SentAt)
            : throw new ProblemException(
                Problem.Conflict(
                    "A message of this clientId was sent to another room.",
                    new FieldError("/clientId", "Take a new one for each message.")
                )
            );

    private static (Guid Sender, string ClientId)? NameOf(Outgoing sent) =>
        sent.Message.ClientId is { } name ? (sent.Caller.Id, name) : null;

    private static async Task<Dictionary<(Guid, string), SentBefore>> FindSentAsync(
        IUnitOfWork unit,
        IReadOnlyList<Outgoing> group,
        CancellationToken ct
    )
    {
        var names = group.Select(NameOf).OfType<(Guid, string)>().Distinct();
        return (await MessageRow.FindAsync(unit, names, ct)).ToDictionary(sent => (sent.SenderId, sent.ClientId));
    }

    private static MessageRow RowOf(Outgoing sent, Room room, long seq, MessageRow? answered, DateTimeOffset now) =>
        new(
            room.Id,
            seq,
            Guid.CreateVersion7(now),
            sent.Caller.Id,
            sent.Message.ClientId,
            sent.Message.Text,
            Stored(now),
            sent.Message.ReplyTo,
            answered is null ? null : answered.Thread ?? answered.Seq,
            null,
            null,
            sent.Mentions.Room && room.RightsOf(sent.Caller).HasFlag(RoomRights.Moderate),
            0
        );

    private static async Task StoreAsync(
        IUnitOfWork unit,
        List<(Outgoing Sent, MessageRow Row, HeldRoom Held)> messages,
        IReadOnlyCollection<HeldRoom> rooms,
        Chat chat,
        CancellationToken ct
    )
    {
        await MessageRow.InsertAsync(unit, [.. messages.Select(message => message.Row)], ct);
        await MessageIndex.AddAsync(unit, messages.Select(message => message.Row), ct);
        foreach (var (sent, row, _) in messages)
        {
            if (row.Thread is { } thread)
            {
                await ThreadReading.AddReplyAsync(unit, row.RoomId, thread, row.Seq, sent.Caller.Id, ct);
            }

            await Mentions.WriteAsync(unit, row, sent.Mentions, ct);
            await MessageFiles.AttachAsync(unit, row, sent.Message.Attachments ?? [], ct);
        }

        // What comes first in a room is looked at first.
        foreach (var (_, row, held) in messages.Where(MayBeMissed).DistinctBy(message => message.Row.RoomId))
        {
            await UnreadNotices.ArmAsync(unit, chat, held.Room.Id, row.Seq, ct);
        }

        var told = messages
            .Where(message => message.Sent.Mentions.Accounts.Count == 0)
            .Where(message => message.Sent.Message.Attachments is not { Count: > 0 })
            .ToLookup(message => message.Row.RoomId, message => message.Row.ToPlainMessage());
        await HeldRoom.SaveEachAsync(
            unit,
            chat.Signals,
            rooms,
            held => new CommittedMessages(held, [.. told[held.Room.Id]]),
            ct
        );
    }

    private static bool MayBeMissed((Outgoing Sent, MessageRow Row, HeldRoom Held) message) =>
        message.Held.Room.IsConversation || message.Sent.Mentions.Accounts.Count > 0 || message.Row.MentionsRoom;

    private static async Task<MessageRow?> FindAnsweredAsync(IUnitOfWork unit, Outgoing sent, CancellationToken ct) =>
        sent.Message.ReplyTo is not { } place
            ? null
            : await MessageRow.FindAsync(unit, sent.Room, place, ct)
                ?? throw new ProblemException(
                    Problem.BadRequest(
                        "There is no message to answer.",
                        new FieldError("/replyTo", "The place ('seq') of a message of this room.")
                    )
                );

    private static async Task RefuseSilencedAsync(
        IUnitOfWork unit,
        Room room,
        Caller caller,
        bool hasJustSent,
        Chat chat,
        CancellationToken ct
    )
    {
        var now = chat.Now;
        if (room.MutedUntil is { } until && until > now)
        {
            throw new ProblemException(
                Problem.TooManyRequests($"You may not write in {room.Called} until then.", until - now)
            );
        }

        await Blocking.RefuseAsync(unit, room, caller.Id, ct);
        if (room.SlowSeconds == 0 || room.RightsOf(caller).HasFlag(RoomRights.Moderate))
        {
            return;
        }

        var last = hasJustSent
            ? now
            : await unit.ScalarAsync<DateTimeOffset?>(LastOfSender, new { Sender = caller.Id, Room = room.Id }, ct);
        if (last is { } time && time.AddSeconds(room.SlowSeconds) - now is { } wait && wait > TimeSpan.Zero)
        {
            throw new ProblemException(
                Problem.TooManyRequests(
                    $"{room.SlowSeconds} s have to pass between two messages in {room.Called}.",
                    wait
                )
            );
        }
    }

    // As it is read back: storage keeps microseconds.
    private static DateTimeOffset Stored(DateTimeOffset time) => new(time.Ticks - (time.Ticks % 10), time.Offset);
}
