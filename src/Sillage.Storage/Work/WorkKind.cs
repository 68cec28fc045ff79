using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Storage.Mapping;

namespace Sillage.Storage.Work;

/// <summary>A kind of work as registered: which jobs, and how they are done.</summary>
internal abstract class WorkKind(Type module, string name, WorkOptions options)
{
    public Type Module { get; } = module;

    public string Name { get; } = name;

    public WorkOptions Options { get; } = options;

    public abstract Task<WorkResult> RunAsync(
        IServiceProvider services,
        string arguments,
        WorkRun run,
        CancellationToken ct
    );
}

/// <inheritdoc/>
internal sealed class WorkKind<TModule, TJob, TWork> : WorkKind
    where TJob : IJob
    where TWork : class, IWork<TJob>
{
    public WorkKind(WorkOptions options)
        : base(typeof(TModule), TJob.Kind, options)
    {
        if (options.Recurs != typeof(TJob).IsAssignableTo(typeof(IRecurringJob)))
        {
            throw new InvalidOperationException(
                $"{TJob.Kind} recurs if its record is an IRecurringJob, and only then."
            );
        }
    }

    public override async Task<WorkResult> RunAsync(
        IServiceProvider services,
        string arguments,
        WorkRun run,
        CancellationToken ct
    )
    {
        var job =
            JsonSerializer.Deserialize<TJob>(arguments, EventJson.Options)
            ?? throw new JsonException($"A job of the kind {Name} is null.");
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<TWork>().RunAsync(job, run, ct);
    }
}
