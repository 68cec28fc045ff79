using Microsoft.Extensions.Hosting;
using Sillage.Storage.Migrations;

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
    public Task OpenAsync(CancellationToken ct) => _databases.OpenAsync(ct);

    /// <summary>The databases of an older program that opening has brought up to date.</summary>
    public IReadOnlyList<DatabaseUpgrade> Upgrades =>
        [.. _databases.All.Select(database => database.Upgrade).OfType<DatabaseUpgrade>()];

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken ct) => OpenAsync(ct);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken ct) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken ct) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken ct) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken ct) => Task.CompletedTask;
}
