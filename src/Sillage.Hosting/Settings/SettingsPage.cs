using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Documentation;
using Sillage.Api.Requests.Reading;

namespace Sillage.Hosting.Settings;

/// <summary>Writes docs/reference/settings.md from the classes of options and their documentation; a test keeps the page equal.</summary>
public static class SettingsPage
{
    private const string Head = """
        # Settings

        This page is made from the code (`SettingsPage`); a test fails where it is not up to date.

        Settings come from `sillage.json`, from environment variables and from flags; the later ones win. The name
        `Limits:RateLimits:Enabled` is `{"Limits": {"RateLimits": {"Enabled": false}}}` in the file,
        `SILLAGE_LIMITS__RATELIMITS__ENABLED=false` in the environment and `--set Limits:RateLimits:Enabled=false` as a flag.
        Durations are written `hours:minutes:seconds`. The parts of a list are numbered: `SILLAGE_CORS__ORIGINS__0`. A setting
        that is not known or not valid ends the start with one line and exit code 2. `Logging:LogLevel:…` sets log levels as
        ASP.NET Core documents them.

        """;

    /// <summary>The page for everything registered in <paramref name="services"/>.</summary>
    public static string Of(IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var page = new StringBuilder(Head);
        var sections = services
            .Select(s => s.ImplementationInstance)
            .OfType<SettingsSection>()
            .Distinct()
            .GroupBy(s => s.Section, StringComparer.Ordinal)
            .OrderBy(s => s.Key, StringComparer.Ordinal);
        foreach (var section in sections)
        {
            page.Append('\n').Append("## ").Append(section.Key.Length == 0 ? "The root" : section.Key).Append("\n\n");
            foreach (var options in section.Where(_ => section.Key.Length > 0))
            {
                page.Append(XmlDocs.Of(options.Options)).Append("\n\n");
            }

            page.Append("| setting | takes | default | meaning |\n|---|---|---|---|\n");
            foreach (var setting in section.SelectMany(KnownSetting.Of).Where(s => s.Type is not null))
            {
                page.Append(
                    $"| `{setting.Name.Replace("*", "0", StringComparison.Ordinal)}` | {Takes(setting)} | {Default(setting)} | {Meaning(setting)} |\n"
                );
            }
        }

        return page.ToString();
    }

    private static string Takes(KnownSetting setting)
    {
        var range = setting
            .Annotations.Where(_ => !setting.Name.Contains('*', StringComparison.Ordinal))
            .Select(a => AnnotationWords.Of(a, setting.Name).TrimEnd('.'))
            .FirstOrDefault();
        return range
            ?? setting switch
            {
                { Type: { IsEnum: true } type } => string.Join(", ", Enum.GetNames(type).Select(n => $"`{n}`")),
                _ => Expectation.Of(setting.Type!),
            };
    }

    private static string Default(KnownSetting setting) =>
        SettingsListing.Text(setting.Default) is { Length: > 0 } text ? $"`{text}`" : "–";

    private static string Meaning(KnownSetting setting) =>
        setting.Property is { } property
            ? XmlDocs.Of(property)?.Replace("|", "\\|", StringComparison.Ordinal) ?? ""
            : "";
}
