namespace Sillage.RabbitMq.Tests;

/// <summary>For what takes its time: a broker that comes back, on a machine that has much to do.</summary>
public static class Patiently
{
    /// <summary>Waits until the condition holds, and fails if it does not within three minutes.</summary>
    public static Task HoldsAsync(Func<bool> condition) => HoldsAsync(() => Task.FromResult(condition()));

    /// <inheritdoc cref="HoldsAsync(Func{bool})"/>
    public static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!await condition())
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
