using Microsoft.Extensions.DependencyInjection;
using Sillage.Storage.Events;

namespace Sillage.Storage;

/// <summary>Registers storage with the host.</summary>
public static class StorageRegistration
{
    /// <summary>Adds storage as such: the engine chosen by <see cref="StorageOptions"/>, the bus, the dispatcher.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services) => throw new NotSupportedException();

    /// <summary>
    /// Adds the module's own database, <see cref="IDatabase{TModule}"/>, migrated at start with the numbered scripts
    /// embedded in the module's assembly (<c>Migrations/Sqlite/0001_name.sql</c>, <c>Migrations/Postgres/0001_name.sql</c>).
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The file's and the schema's name: lower case letters.</param>
    public static IServiceCollection AddModuleDatabase<TModule>(this IServiceCollection services, string name) =>
        throw new NotSupportedException();

    /// <summary>Subscribes <typeparamref name="THandler"/>, in the module's own database, to <typeparamref name="TEvent"/>.</summary>
    public static IServiceCollection AddEventHandler<TModule, TEvent, THandler>(this IServiceCollection services)
        where TEvent : IEvent
        where THandler : class, IEventHandler<TEvent> => throw new NotSupportedException();
}
