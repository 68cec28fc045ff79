using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Searching;
using Sillage.Messaging.Talk;
using Sillage.Messaging.Threads;
using Sillage.Messaging.Unread;
using Sillage.Storage;

namespace Sillage.Messaging.Messages;

/// <summary>A message to send.</summary>
/// <param name="Text">What it says, up to 10 000 characters; only with attachments may it be empty.</param>
/// <param name="ClientId">
/// What the sender's program calls it, 1 to 100 characters. Sent again under the same name, however much later, it is not stored twice: the
/// first answer is given again. Left out, nothing is known again.
/// </param>
/// <param name="ReplyTo">The place of the message that it answers.</param>
/// <param name="Attachments">The ids of up to 10 files that the sender has sent before (<c>POST /api/v1/messaging/files</c>).</param>
public sealed record NewMessage(
    [property: Required(AllowEmptyStrings = true), StringLength(NewMessage.LongestText)] string Text,
    [property: StringLength(100, MinimumLength = 1)] string? ClientId = null,
    [property: Range(1, long.MaxValue)] long? ReplyTo = null,
    [property: MaxLength(10)] IReadOnlyList<Guid>? Attachments = null
) : IValidatableObject
{
    internal const int LongestText = 10_000;

    internal static NewMessage Example { get; } = new("Who is on the water tomorrow?", "b9e2f3d0-7");

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Text) && Attachments is not { Count: > 0 })
        {
            yield return new ValidationResult("More than blanks, or a file with it.", [nameof(Text)]);
        }
    }
}

/// <summary>A message that is stored for good.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Seq">Its place in the room.</param>
/// <param name="At">When the server took it.</param>
public sealed record Sent(Guid Id, long Seq, DateTimeOffset At);

/// <summary>Takes a message. Once it is acknowledged it is committed, and it is there once however often it is sent.</summary>
internal static class SendMessage
{
    private const string LastOfSender = """
        SELECT sent_at FROM message WHERE sender_id = @Sender AND room_id = @Room ORDER BY seq DESC LIMIT 1
        """;

    public static void Map(RouteGroupBuilder messages) =>
        messages
            .MapPost("/", Handle)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Write)
            .WithSummary("Send a message")
            .WithDescription(
                "Answered once it is stored for good. `clientId` makes it safe to send again: the first answer is given again, however much later."
            )
            .WithRequestExample(NewMessage.Example)
            .WithReplyExample(new Sent(Guid.Empty, 42, DateTimeOffset.UnixEpoch))
            .Fails(StatusCodes.Status409Conflict);

    private static async Task<CreatedReply<Sent>> Handle(
        Room room,
        Body<NewMessage> body,
        Caller caller,
        Chat chat,
        PersonLimits limits,
        CancellationToken ct
    )
    {
        var sent = await RunAsync(room.Id, body.Value, caller, chat, limits, ct);
        return Reply.Created(Message.AddressOf(room.Id, sent.Id), sent);
    }

    public static void Map(LiveEvents live) =>
        live.On<NewMessage, Sent>(
            "message:send",
            "Sends a message: acknowledged once it is stored, and safe to send again under its clientId.",
            MessagingPermission.Write,
            HandleLive
        );

    private static async Task<Sent> HandleLive(LiveRequest request, CancellationToken ct) =>
        await RunAsync(
            // The unit looks at the room anyway, and at what the caller may do there.
            request.RoomId
                ?? (await request.RoomAsync(ct, RoomRights.Write)).Id,
            request.Read<NewMessage>(),
            request.Caller,
            request.Chat,
            request.Service<PersonLimits>(),
            ct
        );

    private static async Task<Sent> RunAsync(
        Guid room,
        NewMessage request,
        Caller caller,
        Chat chat,
        PersonLimits limits,
        CancellationToken ct
    )
    {
        if (limits.RefuseMessage(caller.Id) is { } tooMany)
        {
            // What was taken before is no message more.
            return await FindSentAsync(chat.Database, room, request, caller, ct) ?? throw new ProblemException(tooMany);
        }

        var mentions = await Mentions.FindAsync(request.Text, chat, ct);
        return await chat.Database.WriteAsync(unit => StoreAsync(unit, room, request, mentions, caller, chat, ct), ct);
    }

    private static async Task<Sent?> FindSentAsync(
        IDatabase<MessagingData> database,
        Guid room,
        NewMessage request,
        Caller caller,
        CancellationToken ct
    ) => await database.ReadAsync(r => FindSentAsync(r, room, request, caller, ct), ct);

    private static async Task<Sent?> FindSentAsync(
        IReader reader,
        Guid room,
        NewMessage request,
        Caller caller,
        CancellationToken ct
    )
    {
        if (
            request.ClientId is not { } clientId
            || await MessageRow.FindAsync(reader, caller.Id, clientId, ct) is not { } known
        )
        {
            return null;
        }

        return known.RoomId == room
            ? new Sent(known.Id, known.Seq, known.SentAt)
            : throw new ProblemException(
                Problem.Conflict(
                    "A message of this clientId was sent to another room.",
                    new FieldError("/clientId", "Take a new one for each message.")
                )
            );
    }

    private static async Task<Sent> StoreAsync(
        IUnitOfWork unit,
        Guid room,
        NewMessage request,
        Mentions mentions,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        var held = await HeldRoom.HoldAsync(unit, room, caller, RoomRights.Write, ct);
        MessageRow? answered;
        try
        {
            await RefuseSilencedAsync(unit, held.Room, caller, chat, ct);
            answered = await FindAnsweredAsync(unit, room, request, ct);
        }
        catch (ProblemException)
        {
            // Most messages are new: whether one was sent before is asked only of those that are refused, and that the insert does not take.
            if (await FindSentAsync(unit, room, request, caller, ct) is { } before)
            {
                return before;
            }

            throw;
        }

        var now = chat.Now;
        var row = new MessageRow(
            room,
            held.NextSeq(),
            Guid.CreateVersion7(now),
            caller.Id,
            request.ClientId,
            request.Text,
            now,
            request.ReplyTo,
            answered is null ? null : answered.Thread ?? answered.Seq,
            null,
            null,
            mentions.Room && held.Room.RightsOf(caller).HasFlag(RoomRights.Moderate),
            0
        );
        if (!await MessageRow.TryInsertAsync(unit, row, ct))
        {
            return await FindSentAsync(unit, room, request, caller, ct)
                ?? throw new InvalidOperationException("A message was there and is not.");
        }

        if (row.Thread is { } thread)
        {
            await ThreadReading.AddReplyAsync(unit, row.RoomId, thread, row.Seq, caller.Id, ct);
        }

        await MessageIndex.PutAsync(unit, row.RoomId, row.Seq, row.Text, ct);
        await Mentions.WriteAsync(unit, row, mentions, ct);
        await MessageFiles.AttachAsync(unit, row, request.Attachments ?? [], ct);
        if (held.Room.IsConversation || mentions.Accounts.Count > 0 || row.MentionsRoom)
        {
            await UnreadNotices.ArmAsync(unit, chat, row.RoomId, row.Seq, ct);
        }

        await held.SaveAsync(unit, chat.Signals, ct);
        return new Sent(row.Id, row.Seq, Stored(now));
    }

    private static async Task<MessageRow?> FindAnsweredAsync(
        IUnitOfWork unit,
        Guid room,
        NewMessage request,
        CancellationToken ct
    ) =>
        request.ReplyTo is not { } place
            ? null
            : await MessageRow.FindAsync(unit, room, place, ct)
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

        var last = await unit.ScalarAsync<DateTimeOffset?>(
            LastOfSender,
            new { Sender = caller.Id, Room = room.Id },
            ct
        );
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
