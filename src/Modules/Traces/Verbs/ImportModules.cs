using Microsoft.Extensions.DependencyInjection;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Settings;
using Sillage.Storage;

namespace Sillage.Traces.Verbs;

/// <summary>What an import needs to be among the modules of this process.</summary>
internal static class ImportModules
{
    /// <summary>Sees whether it is.</summary>
    /// <exception cref="SettingsException">It is not.</exception>
    public static void Check(IServiceProvider services)
    {
        if (
            services.GetService<IAccountDirectory>() is not { HasAccounts: true }
            || services.GetService<IDatabase<TracesData>>() is null
        )
        {
            throw new SettingsException(
                "an import needs the modules accounts and traces; add them to the setting Modules, or say where the "
                    + "accounts are (Accounts:Remote:Address)."
            );
        }
    }
}
