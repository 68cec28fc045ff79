using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Sillage.Storage.Work;

/// <summary>Registers kinds of work.</summary>
public static class WorkRegistration
{
    /// <summary>
    /// Has jobs of the kind <typeparamref name="TJob"/> done by <typeparamref name="TWork"/>, out of the module's own database.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">How the kind is done; null for the defaults.</param>
    public static IServiceCollection AddWork<TModule, TJob, TWork>(
        this IServiceCollection services,
        Action<WorkOptions, IServiceProvider>? configure = null
    )
        where TJob : IJob
        where TWork : class, IWork<TJob>
    {
        services.TryAddScoped<TWork>();
        services.AddSingleton<WorkKind>(provider =>
        {
            var options = new WorkOptions();
            configure?.Invoke(options, provider);
            return new WorkKind<TModule, TJob, TWork>(options);
        });
        return services;
    }
}
