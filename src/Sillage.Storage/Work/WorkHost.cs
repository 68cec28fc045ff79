using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sillage.Storage.Work;

/// <summary>Has work done from when everything has started until the server stops.</summary>
internal sealed class WorkHost(
    ModuleDatabases databases,
    IEnumerable<WorkKind> kinds,
    JobRunner runner,
    IOptions<JobOptions> options,
    WorkMetrics metrics,
    TimeProvider clock,
    ILogger<WorkHost> logger
) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _working = Task.CompletedTask;

    public Task StartingAsync(CancellationToken ct) => Task.CompletedTask;

    public Task StartAsync(CancellationToken ct) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken ct)
    {
        var byModule = kinds.ToLookup(kind => kind.Module);
        _working = Task.WhenAll(byModule.SelectMany(ofModule => Start(databases.Of(ofModule.Key), [.. ofModule])));
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken ct)
    {
        await _stopping.CancelAsync();
        // A job that does not listen is left to the end of the process, and to whoever takes it over.
        await _working.WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken ct) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private IEnumerable<Task> Start(ModuleDatabase database, IReadOnlyList<WorkKind> ofModule)
    {
        var stored = ofModule.Where(kind => !kind.Options.InEveryProcess).ToArray();
        var pump = new WorkPump(database, stored, runner, options.Value, metrics, clock, logger);
        yield return Task.Run(() => pump.RunAsync(_stopping.Token), CancellationToken.None);
        foreach (var kind in ofModule.Except(stored))
        {
            yield return Task.Run(
                () => runner.RunLocallyAsync(database, kind, _stopping.Token),
                CancellationToken.None
            );
        }
    }
}
