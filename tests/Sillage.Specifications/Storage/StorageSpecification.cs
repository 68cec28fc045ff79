using Microsoft.Extensions.DependencyInjection;
using Sillage.Storage;
using Xunit;

namespace Sillage.Specifications.Storage;

/// <summary>What all storage specifications share: a place of the test's own with storage running in it.</summary>
public abstract class StorageSpecification : IAsyncLifetime
{
    protected StoragePlace Place { get; private set; } = null!;

    protected StorageUnderTest Storage { get; set; } = null!;

    protected IDatabase<SpecimenModule> Database => Storage.Database<SpecimenModule>();

    public async ValueTask InitializeAsync()
    {
        Place = await CreatePlaceAsync();
        Storage = await StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        Place.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<StoragePlace> CreatePlaceAsync();

    protected virtual void AddModules(IServiceCollection services) =>
        services.AddModuleDatabase<SpecimenModule>("specimen");

    /// <summary>Starts storage in the same place once more.</summary>
    protected Task<StorageUnderTest> StartAsync() => StorageUnderTest.StartAsync(Place, AddModules);

    protected async Task RestartAsync()
    {
        await Storage.DisposeAsync();
        Storage = await StartAsync();
    }
}
