using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Problems;
using Sillage.Hosting.Settings;

namespace Sillage.Hosting.Modules;

/// <summary>
/// Something that a module declares and that every process is to know, whether the module runs there or not: registered as an instance
/// in its <see cref="IModule.AddServices"/>.
/// </summary>
public interface IKnownEverywhere;

/// <summary>Settings of modules that run in another process: one file serves all processes of a deployment.</summary>
internal static class SettingsOfOthers
{
    /// <summary>
    /// Makes the settings of <paramref name="modules"/> known and checked here, though nothing of these modules runs. What a
    /// module registers in its <see cref="IModule.AddServices"/> says what its settings are; of the rest only what is
    /// <see cref="IKnownEverywhere"/> stays, and the forms in which errors are told at its addresses: a gateway tells some.
    /// </summary>
    public static IServiceCollection AddSettingsOf(
        this IServiceCollection services,
        IEnumerable<IModule> modules,
        IConfiguration configuration
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(modules);
        var elsewhere = new ServiceCollection();
        foreach (var module in modules)
        {
            module.AddServices(elsewhere, configuration);
        }

        // What a module that runs here reads as well is registered by that one.
        var here = Sections(services).Select(section => section.Options).ToHashSet();
        var others = Sections(elsewhere).Where(section => !here.Contains(section.Options)).ToHashSet();
        var classes = others.Select(section => section.Options).ToHashSet();
        foreach (var descriptor in elsewhere)
        {
            if (
                descriptor.ImplementationInstance is IKnownEverywhere or ProblemForm
                || (
                    descriptor.ImplementationInstance is SettingsSection section
                        ? others.Contains(section)
                        : descriptor.ServiceType is { IsConstructedGenericType: true } type
                            && classes.Contains(type.GenericTypeArguments[0])
                )
            )
            {
                services.Add(descriptor);
            }
        }

        return services;
    }

    private static IEnumerable<SettingsSection> Sections(IServiceCollection services) =>
        services.Select(service => service.ImplementationInstance).OfType<SettingsSection>();
}
