using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Talk;

namespace Sillage.Messaging.Feed;

/// <summary>What is heard of rooms.</summary>
internal static class RoomNotices
{
    public static Notice<Message> New { get; } = new("message:new", "A message was sent in a room that one is in.");

    public static Notice<RoomChanges> Changes { get; } = new("room:changes", "Something else has changed in one.");

    public static Notice<RoomNotice> Joined { get; } = new("room:joined", "One is in another room now.");

    public static Notice<RoomNotice> Left { get; } = new("room:left", "One is in a room no more.");
}
