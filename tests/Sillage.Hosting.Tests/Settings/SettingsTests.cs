using Microsoft.Extensions.Configuration;
using Shouldly;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications.Hosting;
using Xunit;

namespace Sillage.Hosting.Tests.Settings;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("Limits:Bdoy", "1", "The setting Limits:Bdoy (a flag) is not known; did you mean Limits:Body?")]
    [InlineData("Nonsense", "1", "The setting Nonsense (a flag) is not known; docs/reference/settings.md lists all.")]
    [InlineData("Limits:Body", "much", "The setting Limits:Body (a flag) is 'much'. A whole number")]
    [InlineData("Limits:Body", "1", "The setting Limits:Body (a flag) is '1'. From 1024 to 2147483648.")]
    [InlineData("Limits:Handler", "never", "A duration such as 00:05:00")]
    [InlineData("Limits:RateLimits:Address:Burst", "0", "(a flag) is '0'. From 1 to")]
    [InlineData("Telemetry:Logs", "Pretty", "One of Auto, Text, Json is expected.")]
    [InlineData("Telemetry:Otlp", "nowhere", "It is not an address")]
    [InlineData("Cors:Origins:0", "https://a.example/", "is not an origin")]
    [InlineData("Cors:Credentials", "true", "named origins only")]
    [InlineData("Proxies:Trusted:0", "router", "'router' is not an address or a network")]
    public async Task A_setting_that_is_not_known_or_not_valid_ends_the_start(string name, string value, string message)
    {
        var refusal = await Should.ThrowAsync<SettingsException>(() =>
            SillageServer.StartAsync([], new Dictionary<string, string?> { [name] = value })
        );

        refusal.Message.ShouldContain(message);
        refusal.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task The_framework_s_own_settings_are_known()
    {
        await using var server = await SillageServer.StartAsync(
            [],
            new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Debug",
                ["Cors:Origins:0"] = "https://game.example.org",
                ["Limits:Body"] = "2048",
            }
        );
    }

    [Fact]
    public void A_file_that_is_absent_or_not_JSON_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("sillage-test-");
        try
        {
            var file = new FileInfo(Path.Combine(folder.FullName, "mine.json"));
            Should
                .Throw<SettingsException>(() => new ConfigurationManager().AddSillageConfiguration(file))
                .Message.ShouldContain("does not exist");
            File.WriteAllText(file.FullName, "{ \"Limits\": ");
            Should
                .Throw<SettingsException>(() => new ConfigurationManager().AddSillageConfiguration(file))
                .Message.ShouldContain("mine.json cannot be read");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_module_is_chosen_by_name()
    {
        IReadOnlyList<IModule> all = [new PlaygroundModule()];

        ModuleSelection.Choose(all, With(null)).ShouldBe(all);
        ModuleSelection.Choose(all, With("Playground")).ShouldBe(all);
        Should
            .Throw<SettingsException>(() => ModuleSelection.Choose(all, With("playgruond")))
            .Message.ShouldContain("Did you mean playground?");

        static IConfiguration With(string? modules) => new ConfigurationManager { ["Modules"] = modules };
    }
}
