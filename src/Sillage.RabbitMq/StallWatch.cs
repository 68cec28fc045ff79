namespace Sillage.RabbitMq;

/// <summary>
/// Judges from one look at a queue to the next whether what waits in it comes. Where another copy of the module has the queue, its events do not
/// come here though all is well; they become fewer, or that copy's own watch sees to it.
/// </summary>
internal sealed class StallWatch
{
    private const int Patience = 3;

    private long _waiting;
    private long _received;
    private int _stalled;

    /// <summary>Whether there is nothing for it but a new channel.</summary>
    public bool IsHopeless => _stalled >= Patience;

    /// <summary>Takes a look.</summary>
    /// <param name="waiting">Events in the queue that nobody has.</param>
    /// <param name="received">All that have come on this channel.</param>
    /// <param name="inHand">Those of them that are not in the inbox yet: the way there is slow, the queue is not to blame.</param>
    /// <returns>Whether it stands still.</returns>
    public bool Look(long waiting, long received, long inHand)
    {
        var stands = waiting > 0 && waiting >= _waiting && received == _received && inHand == 0;
        // The first look has nothing to compare with.
        _stalled = stands && _waiting > 0 ? _stalled + 1 : 0;
        (_waiting, _received) = (waiting, received);
        return _stalled > 0;
    }
}
