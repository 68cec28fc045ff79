using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;

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
        MessageQueue queue,
        CancellationToken ct
    )
    {
        var sent = await queue.SendAsync(room.Id, body.Value, caller, ct);
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
        await request
            .Service<MessageQueue>()
            .SendAsync(
                // The unit looks at the room anyway, and at what the caller may do there.
                request.RoomId
                    ?? (await request.RoomAsync(ct, RoomRights.Write)).Id,
                request.Read<NewMessage>(),
                request.Caller,
                ct
            );
}
