using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Sillage.Hosting.Settings;

/// <summary>A setting as it stands.</summary>
/// <param name="Name">Its name with the levels separated by colons.</param>
/// <param name="Default">The value without the setting; null if there is none.</param>
/// <param name="Value">The value given, a secret's only as dots; null if none was given.</param>
/// <param name="Origin">Where the value was given: a file, an environment variable, a flag.</param>
public sealed record SettingState(string Name, string? Default, string? Value, string? Origin);

/// <summary>Lists every setting that the modules at hand read.</summary>
public static partial class SettingsListing
{
    private static readonly string[] SecretEndings =
    [
        "Password",
        "Secret",
        "Token",
        "Credential",
        "Postgres",
        "Headers",
        "Smtp",
        "Redis",
        "RabbitMq",
    ];

    // A connection string of whatever is connected to, or an address with somebody's password in it.
    [GeneratedRegex(
        @"://[^/\s@]*:[^/\s@]*@|\b(password|pwd|secret|token)\s*=",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Credential();

    /// <summary>All settings, the server's own first, each section in the order of its class.</summary>
    public static IReadOnlyList<SettingState> Of(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var configuration = (IConfigurationRoot)services.GetRequiredService<IConfiguration>();
        return
        [
            .. services
                .GetServices<SettingsSection>()
                .Distinct()
                .OrderBy(section => section.Section.Length > 0)
                .SelectMany(KnownSetting.Of)
                .Where(setting => !setting.Name.Contains('*', StringComparison.Ordinal))
                .SelectMany(setting => StatesOf(setting, configuration)),
        ];
    }

    // Of what has names of its own within, such as the services of a gateway, each that is set.
    private static IEnumerable<SettingState> StatesOf(KnownSetting setting, IConfigurationRoot configuration)
    {
        var section = configuration.GetSection(setting.Name);
        return section.GetChildren().Any(child => child.GetChildren().Any())
            ? section
                .AsEnumerable()
                .Where(leaf => leaf.Value is not null)
                .OrderBy(leaf => leaf.Key, StringComparer.OrdinalIgnoreCase)
                .Select(leaf => StateOf(leaf.Key, null, configuration))
            : [StateOf(setting.Name, setting.Default, configuration)];
    }

    private static SettingState StateOf(string name, object? standard, IConfigurationRoot configuration)
    {
        var section = configuration.GetSection(name);
        var items = section.GetChildren().ToList();
        var value = items.Count > 0 ? string.Join(", ", items.Select(item => item.Value)) : section.Value;
        if (value is null)
        {
            return new SettingState(name, Text(standard), null, null);
        }

        var leaf = items.Count > 0 ? items[0].Path : section.Path;
        var provider = configuration.Providers.Last(p => p.TryGet(leaf, out _));
        var isSecret =
            SecretEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            || Credential().IsMatch(value);
        return new SettingState(
            name,
            Text(standard),
            isSecret ? "••••••" : value,
            SettingsCheck.Origin(provider, leaf)
        );
    }

    internal static string? Text(object? value) =>
        value switch
        {
            null => null,
            string text => text,
            IEnumerable items => string.Join(", ", items.Cast<object>()),
            bool flag => flag ? "true" : "false",
            Enum word => word.ToString().ToLowerInvariant(),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
}
