using Microsoft.Extensions.Hosting;

namespace Sillage.Storage;

/// <summary>
/// Opens and migrates every module's database before anything else of the host starts. A command without a host calls
/// <see cref="OpenAsync"/> itself and disposes its service provider at the end.
/// </summary>
public sealed class StorageStartup : IHostedLifecycleService, IDisposable
{
    private readonly ModuleDatabases _databases;
    private DataFolder? _folder;

    internal StorageStartup(ModuleDatabases databases) => _databases = databases;

    /// <summary>Takes the data folder (SQLite), then migrates and opens every database. A second call does nothing.</summary>
    /// <exception cref="StorageSetupException">It cannot be done; the message says what to do about it.</exception>
    /// <exception cref="DatabaseUnavailableException">The engine cannot be reached.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_opened)
        {
            return;
        }

        if (_databases.Dialect == SqlDialect.Sqlite)
        {
            _folder = DataFolder.Take(_databases.Options.Data);
        }

        foreach (var database in _databases.All)
        {
            await database.OpenAsync(cancellationToken);
        }

        _opened = true;
    }

    private bool _opened;

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

    /// <inheritdoc/>
    public void Dispose() => _folder?.Dispose();
}
