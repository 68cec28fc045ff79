using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Api.Requests.Reading;

namespace Sillage.Hosting.Settings;

/// <summary>Checks every setting that was given, before anything starts.</summary>
internal static class SettingsCheck
{
    // What the framework's host writes into the configuration of its own accord.
    private static readonly HashSet<string> OfTheHost = new(StringComparer.OrdinalIgnoreCase)
    {
        "applicationName",
        "environment",
        "contentRoot",
        "webRoot",
        "urls",
        "http_ports",
        "https_ports",
        "preferHostingUrls",
        "suppressStatusMessages",
        "captureStartupErrors",
        "detailedErrors",
        "hostingStartupAssemblies",
        "hostingStartupExcludeAssemblies",
        "preventHostingStartup",
        "shutdownTimeoutSeconds",
        "staticWebAssets",
        "startupAssembly",
    };

    /// <summary>Looks for settings that are not known, or whose text cannot be the value.</summary>
    /// <exception cref="SettingsException">The first of them.</exception>
    public static void CheckNames(IServiceCollection services, IConfigurationRoot configuration)
    {
        var sections = services.Select(s => s.ImplementationInstance).OfType<SettingsSection>().Distinct();
        var known = sections.SelectMany(KnownSetting.Of).Concat(KnownSetting.OfTheFramework).ToList();
        foreach (var provider in configuration.Providers)
        {
            foreach (var (name, value) in Leaves(provider))
            {
                CheckOne(provider, name, value, known);
            }
        }
    }

    /// <summary>Looks for values that are out of range or do not go together.</summary>
    /// <exception cref="SettingsException">The first of them.</exception>
    public static void CheckValues(IServiceProvider services)
    {
        var configuration = (IConfigurationRoot)services.GetRequiredService<IConfiguration>();
        foreach (var section in services.GetServices<SettingsSection>().Distinct())
        {
            Validate(services, configuration, section);
        }
    }

    private static void CheckOne(IConfigurationProvider provider, string name, string? value, List<KnownSetting> known)
    {
        // Tests are told where their engines are in the same way; that is nobody's setting.
        var isOfTests =
            provider is EnvironmentVariablesConfigurationProvider
            && name.StartsWith("TEST_", StringComparison.OrdinalIgnoreCase);
        if (OfTheHost.Contains(name) || isOfTests)
        {
            return;
        }

        if (known.Find(k => k.IsFor(name)) is not { } setting)
        {
            var names = known.Where(k => !k.Name.Contains('*', StringComparison.Ordinal)).Select(k => k.Name);
            var near = NearestName.Of(name, names);
            throw new SettingsException(
                $"The setting {name} ({Origin(provider, name)}) is not known"
                    + (near is null ? "; docs/reference/settings.md lists all." : $"; did you mean {near}?")
            );
        }

        if (value is { Length: 0 } && !setting.MayBeEmpty)
        {
            throw new SettingsException(
                $"The setting {name} ({Origin(provider, name)}) is empty. Give it a value, or leave it out."
            );
        }

        if (value is { Length: > 0 } && setting.Fault(value) is { } expected)
        {
            throw new SettingsException(
                $"The setting {name} ({Origin(provider, name)}) is '{value}'. {expected} is expected."
            );
        }
    }

    private static void Validate(IServiceProvider services, IConfigurationRoot configuration, SettingsSection section)
    {
        var options = (
            (IOptions<object>)services.GetRequiredService(typeof(IOptions<>).MakeGenericType(section.Options))
        ).Value;
        Validate(configuration, section.Section, options);
    }

    private static void Validate(IConfigurationRoot configuration, string section, object options)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length > 0)
            {
                continue;
            }

            var name = section.Length == 0 ? property.Name : $"{section}:{property.Name}";
            var value = property.GetValue(options);
            var context = new ValidationContext(options) { MemberName = property.Name };
            foreach (var annotation in property.GetCustomAttributes<ValidationAttribute>())
            {
                if (annotation.GetValidationResult(value, context) is not null)
                {
                    throw NotValid(configuration, name, value, AnnotationWords.Of(annotation, property.Name));
                }
            }

            if (value is not null && value.GetType() is { IsClass: true, IsArray: false } type && IsOurs(type))
            {
                Validate(configuration, name, value);
            }
        }

        if (options is IValidatableObject validatable)
        {
            foreach (var result in validatable.Validate(new ValidationContext(options)))
            {
                var member = result.MemberNames.FirstOrDefault();
                var name = string.Join(':', new[] { section, member }.Where(part => !string.IsNullOrEmpty(part)));
                var value = member is null ? null : options.GetType().GetProperty(member)?.GetValue(options);
                throw NotValid(configuration, name, value, result.ErrorMessage ?? "It is not valid.");
            }
        }
    }

    private static SettingsException NotValid(
        IConfigurationRoot configuration,
        string name,
        object? value,
        string words
    )
    {
        var provider = configuration.Providers.LastOrDefault(p => p.TryGet(name, out _));
        var origin = provider is null ? "not set" : Origin(provider, name);
        return new SettingsException($"The setting {name} ({origin}) is '{value}'. {words}");
    }

    private static bool IsOurs(Type type) =>
        type.Namespace?.StartsWith("Sillage", StringComparison.Ordinal) == true
        && !typeof(System.Collections.IEnumerable).IsAssignableFrom(type);

    internal static string Origin(IConfigurationProvider provider, string name) =>
        provider switch
        {
            JsonConfigurationProvider json => "in " + json.Source.Path,
            EnvironmentVariablesConfigurationProvider => "environment variable "
                + SettingsRegistration.EnvironmentPrefix
                + name.Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant(),
            _ => "a flag",
        };

    private static IEnumerable<(string Name, string? Value)> Leaves(
        IConfigurationProvider provider,
        string? parent = null
    )
    {
        foreach (var key in provider.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var name = parent is null ? key : $"{parent}:{key}";
            if (provider.TryGet(name, out var value))
            {
                yield return (name, value);
            }

            foreach (var leaf in Leaves(provider, name))
            {
                yield return leaf;
            }
        }
    }
}
