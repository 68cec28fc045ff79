using Microsoft.Extensions.Hosting;

namespace Sillage.Storage;

/// <summary>
/// Opens and migrates every module's database before anything else of the host starts. A command without a host calls
/// <see cref="OpenAsync"/> itself and disposes its service provider at the end.
/// </summary>
public sealed class StorageStartup : IHostedLifecycleService
{
    private readonly ModuleDatabases _databases;

    internal StorageStartup(ModuleDatabases databases) => _databases = databases;

    /// <summary>Takes the data folder (SQLite), then migrates and opens every database. A second call does nothing.</summary>
    /// <exception cref="StorageSetupException">It cannot be done; the message says what to do about it.</exception>
    /// <exception cref="DatabaseUnavailableException">The engine cannot be reached.</exception>
    public Task OpenAsync(CancellationToken cancellationToken) => _databases.OpenAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => OpenAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
