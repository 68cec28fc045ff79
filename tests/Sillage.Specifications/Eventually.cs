using System.Diagnostics;

namespace Sillage.Specifications;

/// <summary>For what happens soon, but not at once.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Waits until the condition holds, and fails with its text if it does not within 20 s.</summary>
    public static Task HoldsAsync(
        Func<bool> condition,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string text = ""
    ) => HoldsAsync(() => Task.FromResult(condition()), text);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, string)"/>
    public static async Task HoldsAsync(
        Func<Task<bool>> condition,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string text = ""
    )
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"Still not so after {Patience.TotalSeconds} s: {text}");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>
    /// Waits until a time has passed by the system's fine clock. <see cref="Task.Delay(TimeSpan)"/> counts in ticks of
    /// the coarse one, and may end some milliseconds before its time.
    /// </summary>
    public static async Task HasPassedAsync(TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        for (TimeSpan left; (left = time - Stopwatch.GetElapsedTime(started)) > TimeSpan.Zero; )
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
        }
    }
}
