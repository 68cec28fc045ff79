using System.ComponentModel.DataAnnotations;

namespace Sillage.Storage.Events;

/// <summary>How events leave the outbox.</summary>
public sealed class OutboxOptions
{
    /// <summary>Attempts before an event is set aside so that those behind it can go on. Default 10, about a minute.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>The pause after the first failed attempt; each further one is twice as long. Default 100 ms.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between attempts. Default 30 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often to look for events that nobody announced: those of a process that died. Default 2 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause after a number of failed attempts: exponential, with jitter of a quarter to either side.</summary>
    internal TimeSpan DelayAfter(long attempts)
    {
        var exponential = FirstDelay * Math.Pow(2, Math.Min(attempts - 1, 30));
        var bounded = exponential < MaxDelay ? exponential : MaxDelay;
        return bounded * (0.75 + (Random.Shared.NextDouble() / 2));
    }
}
