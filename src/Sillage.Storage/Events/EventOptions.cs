using System.ComponentModel.DataAnnotations;

namespace Sillage.Storage.Events;

/// <summary>How events are carried and handled.</summary>
public sealed class EventOptions
{
    /// <summary>Attempts before an event is parked so that those behind it can go on. Default 10, about a minute.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>The pause after the first failed attempt; each further one is twice as long. Default 100 ms.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between attempts. Default 30 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often to look for events that nobody announced: those of a process that died. Default 2 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Keys whose events a module handles at the same time. Default 2.</summary>
    [Range(1, 100)]
    public int Concurrency { get; set; } = 2;

    /// <summary>How often a process says that its modules live. Default 5 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The pauses that these options mean.</summary>
    internal Backoff Backoff => new(FirstDelay, MaxDelay);
}
