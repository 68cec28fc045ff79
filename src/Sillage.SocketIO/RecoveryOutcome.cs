namespace Sillage.SocketIO;

/// <summary>Why a client that asked for recovery got it or not.</summary>
public enum RecoveryOutcome
{
    /// <summary>The client did not ask; it is new.</summary>
    NotAsked,

    /// <summary>It is where it was, with the events that it missed.</summary>
    Recovered,

    /// <summary>It was away too long, or was never here: it starts fresh.</summary>
    UnknownSession,

    /// <summary>Events that it missed are no longer kept: it starts fresh.</summary>
    OffsetTooOld,

    /// <summary>
    /// It missed more than half of what may wait for one client (<see cref="EngineIO.EngineIOOptions.MaxQueuedMessages"/>,
    /// <see cref="EngineIO.EngineIOOptions.MaxQueuedBytes"/>): it starts fresh.
    /// </summary>
    MissedTooMuch,
}
