using System.ComponentModel.DataAnnotations;
using Sillage.Messaging.Messages;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Import;

/// <summary>A line of a file that says what a room is.</summary>
/// <param name="Room">The room.</param>
internal sealed record ImportedRoomLine([property: Required] ImportedRoom Room);

/// <summary>A room of a file: made where there is none of this slug.</summary>
/// <param name="Slug">By which the messages name it.</param>
/// <param name="Name">Its name for people; the slug if left out.</param>
/// <param name="Visibility">Who may join.</param>
/// <param name="Members">Who is in it, beside those who wrote in it.</param>
internal sealed record ImportedRoom(
    [property: Required] string Slug,
    string? Name = null,
    RoomVisibility Visibility = RoomVisibility.Private,
    IReadOnlyList<ImportedMember>? Members = null
);

/// <summary>Somebody in a room of a file.</summary>
/// <param name="Username">The user name here.</param>
/// <param name="Role"><c>owner</c>, <c>moderator</c> or <c>member</c>.</param>
internal sealed record ImportedMember(
    [property: Required] string Username,
    [property: AllowedValues(Member.Owner, Member.Moderator, Member.Ordinary)] string Role = Member.Ordinary
);

/// <summary>A message of a file.</summary>
/// <param name="Room">The slug or the id of its room.</param>
/// <param name="Sender">The user name, here, of who sent it.</param>
/// <param name="At">When.</param>
/// <param name="Text">What it says, 1 to 10 000 characters.</param>
/// <param name="Id">What it is called where it comes from, 1 to 200 characters: by which answers name it, and it is known again.</param>
/// <param name="ReplyTo">The <paramref name="Id"/> of the message of the same room that it answers.</param>
internal sealed record ImportedMessage(
    [property: Required] string Room,
    [property: Required] string Sender,
    [property: Required] DateTimeOffset? At,
    [property: Required, StringLength(NewMessage.LongestText, MinimumLength = 1)] string Text,
    [property: StringLength(200, MinimumLength = 1)] string? Id = null,
    [property: StringLength(200, MinimumLength = 1)] string? ReplyTo = null
);

/// <summary>A line of the file as it was read: a room, a message, or what is wrong with it.</summary>
/// <param name="Number">The line it begins in, from 1.</param>
/// <param name="End">How many bytes of the file are read with it.</param>
/// <param name="Room">The room that it says.</param>
/// <param name="Message">The message that it is.</param>
/// <param name="Fault">What is wrong with it.</param>
internal sealed record ImportedLine(long Number, long End, ImportedRoom? Room, ImportedMessage? Message, string? Fault);
