namespace Sillage.Storage;

/// <summary>
/// Pauses that double from one failed attempt to the next, up to a longest one, with jitter of a quarter to either side, so
/// that what failed together does not come back together.
/// </summary>
/// <param name="First">The pause after the first failed attempt.</param>
/// <param name="Longest">The longest pause, but for its jitter.</param>
public sealed record Backoff(TimeSpan First, TimeSpan Longest)
{
    /// <summary>The pause after a number of failed attempts, from 1 up.</summary>
    public TimeSpan After(long attempts)
    {
        var exponential = First * Math.Pow(2, Math.Clamp(attempts - 1, 0, 30));
        var bounded = exponential < Longest ? exponential : Longest;
        return bounded * (0.75 + (Random.Shared.NextDouble() / 2));
    }
}
