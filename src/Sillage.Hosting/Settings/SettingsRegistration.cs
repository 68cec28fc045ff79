using Microsoft.Extensions.DependencyInjection;

namespace Sillage.Hosting.Settings;

/// <summary>Registers settings.</summary>
public static class SettingsRegistration
{
    /// <summary>
    /// Binds <typeparamref name="TOptions"/> to the configuration section <paramref name="section"/> ("" for the root),
    /// validates its annotations at start, and makes its properties known: a setting that nobody knows ends the start.
    /// </summary>
    public static IServiceCollection AddSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }
}
