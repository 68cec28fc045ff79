using Microsoft.Extensions.Configuration;
using Sillage.Api.Requests.Reading;
using Sillage.Hosting.Settings;

namespace Sillage.Hosting.Modules;

/// <summary>Switches modules on and off by the setting <c>Modules</c>.</summary>
public static class ModuleSelection
{
    /// <summary>The modules that the configuration names, in the order of <paramref name="all"/>; all if it names none.</summary>
    /// <exception cref="SettingsException">It names a module that does not exist.</exception>
    public static IReadOnlyList<IModule> Choose(IReadOnlyList<IModule> all, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(configuration);
        var names = (configuration[nameof(ServerOptions.Modules)] ?? "").Split(
            ',',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        foreach (var name in names)
        {
            if (!all.Any(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                var near = NearestName.Of(name, all.Select(m => m.Name));
                throw new SettingsException(
                    $"The setting Modules names '{name}', which is no module. "
                        + (near is null ? "" : $"Did you mean {near}? ")
                        + $"There are: {string.Join(", ", all.Select(m => m.Name))}."
                );
            }
        }

        return names.Length == 0 ? all : [.. all.Where(m => names.Contains(m.Name, StringComparer.OrdinalIgnoreCase))];
    }
}
