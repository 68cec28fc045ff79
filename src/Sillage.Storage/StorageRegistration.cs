using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Storage.Backup;
using Sillage.Storage.Events;
using Sillage.Storage.Moving;
using Sillage.Storage.Postgres;
using Sillage.Storage.Work;

namespace Sillage.Storage;

/// <summary>Registers storage with the host.</summary>
public static partial class StorageRegistration
{
    /// <summary>What a module's name is made of; it becomes a file's and a schema's.</summary>
    internal const string NamePattern = @"^[a-z]{1,32}\z";

    /// <summary>Adds storage as such: the engine chosen by <see cref="StorageOptions"/>, the bus, dispatchers and pumps.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>();
        services.AddOptions<EventOptions>();
        services.AddOptions<JobOptions>();
        services.AddLogging();
        services.AddMetrics();
        services.AddHealthChecks();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StorageMetrics>();
        services.TryAddSingleton<WorkMetrics>();
        services.TryAddSingleton<JobRunner>();
        services.TryAddSingleton<ModuleDatabases>();
        services.TryAddSingleton(provider => new KeptReplyRows(provider.GetRequiredService<ModuleDatabases>()));
        services.TryAddSingleton<InProcessEventBus>();
        services.TryAddSingleton<PostgresEventBus>();
        services.TryAddSingleton<IEventBus>(provider =>
            IsShared(provider)
                ? provider.GetRequiredService<PostgresEventBus>()
                : provider.GetRequiredService<InProcessEventBus>()
        );
        services.TryAddSingleton<LocalModules>();
        services.TryAddSingleton<DeployedProcess>();
        services.TryAddSingleton<LocalDeployment>();
        services.TryAddSingleton<PostgresDeployment>();
        services.TryAddSingleton<IDeployment>(provider =>
            IsShared(provider)
                ? provider.GetRequiredService<PostgresDeployment>()
                : provider.GetRequiredService<LocalDeployment>()
        );
        services.TryAddSingleton(provider => new BackupArchive(
            provider.GetServices<ModuleRegistration>(),
            provider.GetRequiredService<IOptions<StorageOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()
        ));
        services.TryAddSingleton(provider => new DataMove(
            provider.GetServices<ModuleRegistration>(),
            provider.GetRequiredService<IOptions<StorageOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()
        ));
        if (services.All(service => service.ServiceType != typeof(StorageStartup)))
        {
            services.AddSingleton(provider => new StorageStartup(provider.GetRequiredService<ModuleDatabases>()));
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<StorageStartup>());
            services.AddSingleton(provider => new UnheardEvents(
                provider.GetRequiredService<LocalModules>(),
                provider.GetRequiredService<IDeployment>(),
                provider.GetRequiredService<IEventBus>()
            ));
            services.AddHostedService<EventDelivery>();
            services.AddHostedService<WorkHost>();
        }

        return services;
    }

    /// <summary>
    /// Adds the module's own database, <see cref="IDatabase{TModule}"/>, migrated at start with the numbered scripts
    /// embedded in the module's assembly (<c>Migrations/Sqlite/0001_name.sql</c>, <c>Migrations/Postgres/0001_name.sql</c>).
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The file's and the schema's name: lower case letters.</param>
    /// <param name="companion">
    /// On SQLite, a second file <c>{name}.{companion}.db</c> for tables that are to lie apart; lower case letters. Scripts
    /// create its tables in the schema of that name, everything else names them as any table. A commit reaches the module's
    /// own file first and the companion after it, and a crash in between leaves it in the first alone: what leads to a change
    /// in the companion stands in the module's own file until it is done (docs/adr/0063-the-tie-in-a-file-of-its-own.md).
    /// On PostgreSQL there is one schema, and scripts create all tables there.
    /// </param>
    /// <param name="leftOut">
    /// Tables of the module's own file whose rows are in no backup, and which a restore leaves empty: secrets that a found backup must
    /// not give away, and that can be made anew. Those that refer come before those referred to.
    /// </param>
    /// <param name="parts">What other projects bring into the database: tables that several modules have alike.</param>
    /// <param name="moved">
    /// Tables that are not alike on both engines, so that a move from SQLite to PostgreSQL has to be told what becomes of them.
    /// </param>
    public static IServiceCollection AddModuleDatabase<TModule>(
        this IServiceCollection services,
        string name,
        string? companion = null,
        IReadOnlyList<string>? leftOut = null,
        IReadOnlyList<DatabasePart>? parts = null,
        IReadOnlyList<MovedTable>? moved = null
    ) =>
        services.AddModuleDatabase<TModule>(
            ModuleRegistration.Of<TModule>(name, companion) with
            {
                LeftOut = [.. leftOut ?? [], .. (parts ?? []).SelectMany(part => part.LeftOut)],
                Parts = parts ?? [],
                Moved = moved ?? [],
            }
        );

    /// <summary>Has rows of a module's own removed from its database once they are old enough, every hour.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="delete">Removes at most <c>@Limit</c> rows that are from before <c>@Before</c>; run until it finds fewer.</param>
    /// <param name="keep">For how long they are kept, by the settings.</param>
    public static IServiceCollection AddRetention<TModule>(
        this IServiceCollection services,
        string delete,
        Func<IServiceProvider, TimeSpan> keep
    ) => services.AddSingleton(provider => new KeptRows<TModule>(delete, keep(provider)));

    /// <summary>
    /// Adds a database with one table whose rows outlive a restore, <see cref="IDatabase{TModule}"/>.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The file's and the schema's name: lower case letters.</param>
    /// <param name="table">The table.</param>
    public static IServiceCollection AddSurvivingDatabase<TModule>(
        this IServiceCollection services,
        string name,
        SurvivingTable table
    ) => services.AddModuleDatabase<TModule>(ModuleRegistration.Of<TModule>(name, table));

    /// <summary>The same with scripts from elsewhere than the module's assembly.</summary>
    internal static IServiceCollection AddModuleDatabase<TModule>(
        this IServiceCollection services,
        ModuleRegistration registration
    )
    {
        if (registration.Name == PostgresDeployment.Schema)
        {
            throw new ArgumentException(
                $"'{registration.Name}' is the schema of the deployment.",
                nameof(registration)
            );
        }

        if (!Names().IsMatch(registration.Name))
        {
            throw new ArgumentException($"'{registration.Name}' is not lower case letters.", nameof(registration));
        }

        if (registration.Companion is { } companion && !Names().IsMatch(companion))
        {
            throw new ArgumentException($"'{companion}' is not lower case letters.", nameof(registration));
        }

        services.AddSingleton(registration);
        services.AddSingleton<IDatabase<TModule>, Database<TModule>>();
        services.AddSingleton(provider => new WorkBell<TModule>(
            provider.GetRequiredService<ModuleDatabases>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddWork<TModule, Purge, Purging<TModule>>(
            (work, _) => (work.Every, work.AtStart) = (TimeSpan.FromHours(1), true)
        );
        // All of them together are for what concerns every module, such as the audit trail.
        services.AddSingleton<IDatabase>(provider => provider.GetRequiredService<IDatabase<TModule>>());
        services
            .AddHealthChecks()
            .Add(
                new HealthCheckRegistration(
                    registration.Name,
                    provider => new DatabaseHealthCheck(provider.GetRequiredService<IDatabase<TModule>>()),
                    HealthStatus.Unhealthy,
                    ["ready"]
                )
            );
        return services;
    }

    /// <summary>
    /// Subscribes <typeparamref name="THandler"/>, in the module's own database, to <typeparamref name="TEvent"/>. The
    /// class's name is the subscriber's durable name: renaming it makes it another subscriber.
    /// </summary>
    public static IServiceCollection AddEventHandler<TModule, TEvent, THandler>(this IServiceCollection services)
        where TEvent : IEvent
        where THandler : class, IEventHandler<TEvent>
    {
        services.TryAddScoped<THandler>();
        services.AddSingleton<EventSubscription, EventSubscription<TModule, TEvent, THandler>>();
        return services;
    }

    /// <summary>Has a broker carry <typeparamref name="TEvent"/> also under the name that consumers of others know it by.</summary>
    public static IServiceCollection AddEventAlias<TEvent>(this IServiceCollection services, string routingKey)
        where TEvent : IEvent => services.AddSingleton(new EventAlias(TEvent.EventName, routingKey));

    /// <summary>Says in the table of the deployment that the module keeps a section of personal data.</summary>
    public static IServiceCollection AddDeployedSection<TModule>(
        this IServiceCollection services,
        Func<IServiceProvider, string> section
    ) => services.AddSingleton(new DeployedSection(typeof(TModule), section));

    private static bool IsShared(IServiceProvider provider) =>
        provider.GetRequiredService<ModuleDatabases>().Dialect == SqlDialect.Postgres;

    [GeneratedRegex(NamePattern, RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Names();
}
