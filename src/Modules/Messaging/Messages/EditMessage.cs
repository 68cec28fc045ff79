using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Searching;
using Sillage.Messaging.Talk;
using Sillage.Messaging.Unread;

namespace Sillage.Messaging.Messages;

/// <summary>What a message is to say instead.</summary>
/// <param name="Text">1 to 10 000 characters, not only blanks.</param>
public sealed record EditedText(
    [property: Required, StringLength(NewMessage.LongestText, MinimumLength = 1)] string Text
) : IValidatableObject
{
    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Text))
        {
            yield return new ValidationResult("More than blanks.", [nameof(Text)]);
        }
    }
}

/// <summary>The same live: which message, and what it is to say.</summary>
/// <param name="Id">The message.</param>
/// <param name="Text">1 to 10 000 characters, not only blanks.</param>
public sealed record LiveEdit(
    Guid Id,
    [property: Required, StringLength(NewMessage.LongestText, MinimumLength = 1)] string Text
);

/// <summary>Changes what one's own message says; what it said before stays to be read.</summary>
internal static class EditMessage
{
    private const string KeepVersion = """
        INSERT INTO message_version (room_id, seq, replaced_at, text) VALUES (@Room, @Seq, @Now, @Before)
        ON CONFLICT (room_id, seq, replaced_at) DO NOTHING
        """;

    private const string Update = """
        UPDATE message SET text = @Text, edited_at = @Now, mentions_room = @MentionsRoom, change = @Change
        WHERE room_id = @Room AND seq = @Seq
        """;

    private const string ForgetMentions = "DELETE FROM mention WHERE room_id = @Room AND seq = @Seq";

    public static void Map(RouteGroupBuilder messages) =>
        messages
            .MapPatch("/{message:guid}", Handle)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Write)
            .WithSummary("Edit a message")
            .WithDescription("One's own, that is not deleted. Counts as a message sent.")
            .WithRequestExample(new EditedText("Who is on the water tomorrow at seven?"))
            .WithReplyExample(Message.Example)
            .Fails(StatusCodes.Status409Conflict);

    public static void Map(LiveEvents live) =>
        live.On<LiveEdit, Message>(
            "message:edit",
            "Edits a message of one's own.",
            MessagingPermission.Write,
            HandleLive
        );

    private static async Task<Reply<Message>> Handle(
        Room room,
        Guid message,
        Body<EditedText> body,
        Caller caller,
        Chat chat,
        PersonLimits limits,
        CancellationToken ct
    ) => Reply.Ok((await RunAsync(room, message, body.Value, caller, chat, limits, ct)).WithLinks());

    private static async Task<Message> HandleLive(LiveRequest request, CancellationToken ct)
    {
        var room = await request.RoomAsync(ct, RoomRights.Write);
        var edit = request.Read<LiveEdit>();
        var limits = request.Service<PersonLimits>();
        return await RunAsync(room, edit.Id, new EditedText(edit.Text), request.Caller, request.Chat, limits, ct);
    }

    private static async Task<Message> RunAsync(
        Room room,
        Guid id,
        EditedText edited,
        Caller caller,
        Chat chat,
        PersonLimits limits,
        CancellationToken ct
    )
    {
        // Each keeps what the message said before, and is told to everybody in the room.
        if (limits.RefuseMessage(caller.Id) is { } tooMany)
        {
            throw new ProblemException(tooMany);
        }

        var mentions = await Mentions.FindAsync(edited.Text, chat, ct);
        return await HeldRoom.RunAsync(
            chat,
            room,
            caller,
            RoomRights.Write,
            async (unit, held) =>
            {
                var row = await MessageRow.GetAsync(unit, room.Id, id, ct);
                if (row.SenderId != caller.Id)
                {
                    throw new ProblemException(Problem.Forbidden("Only who sent a message edits it."));
                }

                if (row.DeletedAt is not null)
                {
                    throw new ProblemException(Problem.Conflict("The message is deleted."));
                }

                if (held.Room.MutedUntil is { } until && until > chat.Now)
                {
                    throw new ProblemException(
                        Problem.TooManyRequests("You may not write until then.", until - chat.Now)
                    );
                }

                await Blocking.RefuseAsync(unit, held.Room, caller.Id, ct);
                if (row.Text != edited.Text)
                {
                    var forAll = mentions.Room && held.Room.RightsOf(caller).HasFlag(RoomRights.Moderate);
                    var parameters = new
                    {
                        Room = room.Id,
                        row.Seq,
                        chat.Now,
                        Before = row.Text,
                        edited.Text,
                        MentionsRoom = forAll,
                        Change = held.NextChange(),
                    };
                    await unit.ExecuteAsync(KeepVersion, parameters, ct);
                    await unit.ExecuteAsync(Update, parameters, ct);
                    await MessageIndex.PutAsync(unit, room.Id, row.Seq, edited.Text, ct);
                    await unit.ExecuteAsync(ForgetMentions, parameters, ct);
                    await Mentions.WriteAsync(unit, row, mentions, ct);
                    if (mentions.Accounts.Count > 0 || forAll)
                    {
                        await UnreadNotices.ArmAsync(unit, chat, room.Id, row.Seq, ct);
                    }
                }

                return await MessageRow.ToMessageAsync(unit, await MessageRow.GetAsync(unit, room.Id, id, ct), ct);
            },
            ct
        );
    }
}
