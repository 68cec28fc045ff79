using Microsoft.Extensions.DependencyInjection;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.Hosting.PersonalData;

/// <summary>Registers a module's personal data.</summary>
public static class PersonalDataRegistration
{
    /// <summary>Makes the module take part in reading, correcting, exporting and erasing a person's data.</summary>
    public static IServiceCollection AddPersonalData<TModule, TPersonalData>(this IServiceCollection services)
        where TPersonalData : class, IPersonalData
    {
        services.AddSingleton<TPersonalData>();
        services.AddSingleton<IPersonalData>(provider => provider.GetRequiredService<TPersonalData>());
        services.AddSingleton(provider => new PersonalDataModule(
            provider.GetRequiredService<TPersonalData>(),
            provider.GetRequiredService<IDatabase<TModule>>()
        ));
        return services.AddEventHandler<TModule, PersonErased, EraseOnRequest<TPersonalData>>();
    }
}

/// <summary>A module's personal data, and where it lies.</summary>
/// <param name="Data">What can be done with it.</param>
/// <param name="Database">The module's database.</param>
public sealed record PersonalDataModule(IPersonalData Data, IDatabase Database);

internal sealed class EraseOnRequest<TPersonalData>(TPersonalData data) : IEventHandler<PersonErased>
    where TPersonalData : class, IPersonalData
{
    public Task HandleAsync(PersonErased domainEvent, IUnitOfWork unit, CancellationToken cancellationToken) =>
        data.EraseAsync(domainEvent.AccountId, domainEvent.Form, unit, cancellationToken);
}
