using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Talk;

/// <summary>
/// Messages that were committed just now. Whoever stands right before them need not read them from storage
/// (docs/adr/0173-what-was-just-committed-is-not-read-again.md).
/// </summary>
internal sealed record CommittedMessages(HeldRoom Held, IReadOnlyList<Message> Messages)
    : RoomNews(Held.Room.Id, Held.LastSeq, Held.LastChange)
{
    /// <summary>Whether these are all that happened behind two cursors.</summary>
    public bool Follow(long seq, long change) =>
        Messages.Count > 0 && Messages[0].Seq == seq + 1 && Messages.Count == LastSeq - seq && LastChange == change;
}
