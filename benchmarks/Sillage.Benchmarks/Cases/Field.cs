using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Cases;

/// <summary>Those that run at the same time, of which only one is under load.</summary>
internal sealed class Field : IAsyncDisposable
{
    private readonly List<Target> _targets = [];

    public static async Task<Field> StartAsync(params Target[] targets)
    {
        var field = new Field();
        try
        {
            foreach (var target in targets)
            {
                Console.Error.WriteLine($"— starting {target.Name}");
                field._targets.Add(target);
                await target.StartAsync();
            }

            return field;
        }
        catch
        {
            await field.DisposeAsync();
            throw;
        }
    }

    public IReadOnlyList<Contender> Contenders(Func<Target, Task<LoadResult>> measure) =>
        [.. _targets.Select(target => new Contender(target.Name, target.Durability, () => measure(target)))];

    /// <summary>Fails the run if anyone acknowledged what is not stored.</summary>
    public async Task CheckAsync()
    {
        foreach (var target in _targets)
        {
            if (await target.CheckAsync() is { } wrong)
            {
                throw new InvalidOperationException(wrong);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var target in _targets)
        {
            await target.DisposeAsync();
        }
    }
}
