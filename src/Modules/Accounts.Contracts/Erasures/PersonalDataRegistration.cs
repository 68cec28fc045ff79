using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Hosting.Settings;
using Sillage.Storage;
using Sillage.Storage.Events;
using Sillage.Storage.Work;

namespace Sillage.Accounts.Contracts.Erasures;

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
        services.AddDeployedSection<TModule>(provider => provider.GetRequiredService<TPersonalData>().Section);
        services.AddErasures();
        return services.AddEventHandler<TModule, PersonErased, EraseOnRequest<TPersonalData>>();
    }

    // Once a process, whichever modules it runs: what is erased is seen through where it lies.
    private static void AddErasures(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(ErasureList)))
        {
            return;
        }

        services.AddSettings<AccountsOptions>("Accounts");
        services.AddSurvivingDatabase<ErasureRecords>(ErasureTables.Name, ErasureTables.Table);
        services.AddSingleton<ErasureList>();
        services.AddSingleton<IErasureList>(provider => provider.GetRequiredService<ErasureList>());
        services.AddSingleton(provider => new ErasureProgressReader(provider.GetRequiredService<ErasureList>()));
        services.AddSingleton(provider => new PersonalSections(
            provider.GetRequiredService<ErasureList>(),
            provider.GetRequiredService<IDeployment>()
        ));
        services.AddSingleton<ErasureAlarm>();
        services.AddSingleton<ErasureReplay>();
        services.AddHostedService(provider => provider.GetRequiredService<ErasureReplay>());
        services.AddSingleton<ErasureWork>();
        services.AddWork<ErasureRecords, SeeErasuresThrough, ErasureWork>(
            (work, _) => (work.Every, work.AtStart, work.InEveryProcess) = (TimeSpan.FromMinutes(1), true, true)
        );
        services.AddEventHandler<ErasureRecords, SectionErased, NoteAnswer>();
        services
            .AddHealthChecks()
            .Add(
                new HealthCheckRegistration(
                    "erasing",
                    provider => provider.GetRequiredService<ErasureAlarm>(),
                    HealthStatus.Degraded,
                    []
                )
            );
    }
}

/// <summary>A module's personal data, and where it lies.</summary>
/// <param name="Data">What can be done with it.</param>
/// <param name="Database">The module's database.</param>
public sealed record PersonalDataModule(IPersonalData Data, IDatabase Database);

internal sealed class EraseOnRequest<TPersonalData>(TPersonalData data, ErasureList list) : IEventHandler<PersonErased>
    where TPersonalData : class, IPersonalData
{
    public async Task Handle(EventContext<PersonErased> context, IUnitOfWork unit, CancellationToken ct)
    {
        // Whoever sees erasures through in this process has heard of it in no other way.
        unit.OnCommitted(list.Wake);
        await data.EraseAsync(context.Event.AccountId, context.Event.Form, unit, ct);
        await unit.ForgetPersonAsync(context.Event.AccountId, ct);
    }
}
