namespace Sillage.Messaging.Tests;

/// <summary>What random people do in a room.</summary>
public enum Deed
{
    Send,
    SendAgain,
    Edit,
    Delete,
    React,
    Read,
    Kick,
    Join,
    Connect,
    Cut,
    Sync,
    Restart,
}

/// <summary>One thing that one of them does, to one of what there is.</summary>
public sealed record Step(Deed Deed, int Who, int Pick)
{
    public override string ToString() => $"{Who}:{Deed}({Pick})";

    /// <summary>Steps of all kinds, sending the most.</summary>
    public static IReadOnlyList<Step> Random(int seed, int count)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                {
                    var deed = random.Next(100) switch
                    {
                        < 34 => Deed.Send,
                        < 42 => Deed.SendAgain,
                        < 50 => Deed.Edit,
                        < 55 => Deed.Delete,
                        < 62 => Deed.React,
                        < 70 => Deed.Read,
                        < 74 => Deed.Kick,
                        < 82 => Deed.Join,
                        < 89 => Deed.Connect,
                        < 93 => Deed.Cut,
                        < 99 => Deed.Sync,
                        _ => Deed.Restart,
                    };
                    return new Step(deed, random.Next(3), random.Next(1000));
                }),
        ];
    }
}

/// <summary>A message as it should be.</summary>
public sealed class ModelMessage(int sender, string clientId, string id, string text)
{
    public int Sender => sender;

    public string ClientId => clientId;

    public string Id => id;

    public string Text { get; set; } = text;

    public bool IsEdited { get; set; }

    public bool IsDeleted { get; set; }

    public HashSet<int> Reactions { get; } = [];

    public string Shown => $"{id} '{Text}' {IsEdited && !IsDeleted} {IsDeleted} {Reactions.Count}";
}

/// <summary>A room as it should be: the plainest that would do.</summary>
public sealed class RoomModel
{
    /// <summary>All messages: the first has the place 1.</summary>
    public List<ModelMessage> Messages { get; } = [];

    /// <summary>Who is in it. The first owns it.</summary>
    public HashSet<int> Members { get; } = [0];

    /// <summary>How far each has read.</summary>
    public long[] Read { get; } = new long[3];

    public long UnreadOf(int who) =>
        Messages.Skip((int)Read[who]).LongCount(message => message.Sender != who && !message.IsDeleted);

    public ModelMessage? Pick(int pick) => Messages.Count == 0 ? null : Messages[pick % Messages.Count];
}
