using Sillage.Api.Replies;
using Sillage.Files;

namespace Sillage.Messaging.Talk;

/// <summary>A message of a room, as it is now.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Seq">Its place in the room: 1, 2, 3 and so on, without a gap, in the order of the server.</param>
/// <param name="Id">Its id.</param>
/// <param name="Sender">Who sent it; left out where they were erased.</param>
/// <param name="ClientId">What the sender's program called it, by which it knows its own again.</param>
/// <param name="Text">What it says; empty where it was deleted.</param>
/// <param name="At">When the server took it.</param>
/// <param name="ReplyTo">The place of the message that it answers.</param>
/// <param name="Thread">Of an answer: the place of the message that the thread began with.</param>
/// <param name="Replies">How often it was answered, of a message that a thread began with; as of now, for those who load it.</param>
/// <param name="EditedAt">When it was last edited.</param>
/// <param name="DeletedAt">When it was deleted; it then has neither text nor reactions.</param>
/// <param name="Reactions">Who reacted with what; left out where nobody did.</param>
/// <param name="Mentions">The members whom it names.</param>
/// <param name="Attachments">The files that came with it, whose links lead to entries: the content by a link from there.</param>
/// <param name="MentionsRoom">Whether it is for everybody's notice (<c>@room</c> of a moderator).</param>
/// <param name="Change">The number of its last change: it grows with every change in the room.</param>
/// <param name="Links">Where it is; left out in what is said live.</param>
/// <param name="Html">Its text as HTML, safe to show as it is; only where that was asked for (<c>?html=true</c>).</param>
public sealed record Message(
    Guid Room,
    long Seq,
    Guid Id,
    Guid? Sender,
    string? ClientId,
    string Text,
    DateTimeOffset At,
    long? ReplyTo,
    long? Thread,
    long? Replies,
    DateTimeOffset? EditedAt,
    DateTimeOffset? DeletedAt,
    IReadOnlyList<Reaction>? Reactions,
    IReadOnlyList<Guid>? Mentions,
    IReadOnlyList<StoredFile>? Attachments,
    bool? MentionsRoom,
    long Change,
    Links? Links = null,
    string? Html = null
)
{
    internal static Message Example { get; } =
        new Message(
            Guid.Empty,
            42,
            Guid.Empty,
            Guid.Empty,
            "b9e2f3d0-7",
            "Who is on the water tomorrow?",
            DateTimeOffset.UnixEpoch,
            null,
            null,
            3,
            null,
            null,
            [new Reaction("👍", [Guid.Empty])],
            null,
            null,
            null,
            57
        ).WithLinks();

    internal static string AddressOf(Guid room, Guid message) => $"/api/v1/rooms/{room}/messages/{message}";

    internal Message WithLinks() =>
        this with
        {
            Links = new Links(AddressOf(Room, Id)) { ["room"] = $"/api/v1/rooms/{Room}" },
        };
}

/// <summary>Who reacted to a message with one emoji.</summary>
/// <param name="Emoji">The emoji.</param>
/// <param name="Accounts">Who.</param>
public sealed record Reaction(string Emoji, IReadOnlyList<Guid> Accounts);
