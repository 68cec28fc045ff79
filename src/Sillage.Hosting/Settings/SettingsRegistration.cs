using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Sillage.Hosting.Settings;

/// <summary>Registers settings.</summary>
public static class SettingsRegistration
{
    /// <summary>What environment variables begin with that hold settings.</summary>
    public const string EnvironmentPrefix = "SILLAGE_";

    /// <summary>
    /// Binds <typeparamref name="TOptions"/> to the configuration section <paramref name="section"/> ("" for the root),
    /// validates its annotations at start, and makes its properties known: a setting that nobody knows ends the start.
    /// </summary>
    public static IServiceCollection AddSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddSingleton(new SettingsSection(section, typeof(TOptions)));
        var options = services.AddOptions<TOptions>();
        _ =
            section.Length == 0
                ? options.Configure<IConfiguration>((bound, configuration) => configuration.Bind(bound))
                : options.BindConfiguration(section);
        return services;
    }

    /// <summary>
    /// Adds the places that settings come from, later ones winning: the file, the environment (<c>SILLAGE_POSTGRES</c>,
    /// <c>SILLAGE_ADMIN__USERNAME</c>), the flags.
    /// </summary>
    /// <param name="configuration">Where to add them.</param>
    /// <param name="file">The settings file; null for <c>sillage.json</c> in the working folder, if there is one.</param>
    /// <param name="flags">Settings given on the command line.</param>
    /// <exception cref="SettingsException">The file is absent though it was named, or it is not JSON.</exception>
    public static IConfigurationBuilder AddSillageConfiguration(
        this IConfigurationBuilder configuration,
        FileInfo? file = null,
        IReadOnlyDictionary<string, string?>? flags = null
    )
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var path = Path.GetFullPath(file?.FullName ?? "sillage.json");
        try
        {
            configuration.AddJsonFile(path, optional: file is null, reloadOnChange: false);
        }
        catch (FileNotFoundException e)
        {
            throw new SettingsException($"The settings file {path} does not exist.", e);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or UnauthorizedAccessException)
        {
            throw new SettingsException(
                $"The settings file {path} cannot be read: {(e.InnerException ?? e).Message.ReplaceLineEndings(" ")}",
                e
            );
        }

        configuration.AddEnvironmentVariables(EnvironmentPrefix);
        return flags is null ? configuration : configuration.AddInMemoryCollection(flags);
    }
}

/// <summary>A class of options and where it is bound.</summary>
internal sealed record SettingsSection(string Section, Type Options);
