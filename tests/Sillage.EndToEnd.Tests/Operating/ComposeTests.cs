using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Sillage.EndToEnd.Tests.Operating;

/// <summary>
/// deploy/compose.yaml as far as it can be tried without a container engine: each process takes its settings, every module runs
/// somewhere, and the gateway looks where the services are.
/// </summary>
public sealed partial class ComposeTests : IDisposable
{
    private static readonly string Files = Path.Combine(Repository.Root, "deploy");

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Each_process_takes_its_settings_and_together_they_run_every_module()
    {
        var services = (await ReadAsync()).Where(service => service.Modules is not null).ToList();
        services.Count.ShouldBeGreaterThan(5);
        foreach (var modules in services.Select(service => service.Modules!).Distinct())
        {
            var service = services.First(s => s.Modules == modules);
            // A Redis is connected to as soon as one is named, and here is none.
            service.Settings.Remove("SILLAGE_REDIS").ShouldBeTrue();
            var run = await CommandRun.SillageAsync(_folder, ["settings", "--modules", modules], service.Settings);
            run.ExitCode.ShouldBe(0, $"{service.Name}: {run.Error}");
        }

        services
            .SelectMany(service => service.Modules!.Split(','))
            .Distinct()
            .ShouldBe(await SillageServer.ModulesAsync(_folder), ignoreOrder: true);
    }

    [Fact]
    public async Task A_gateway_looks_where_the_copies_are()
    {
        var services = (await ReadAsync()).Where(service => service.Modules is not null).ToList();
        var gateway = services.First(service => service.Modules == "gateway");
        var looked = gateway
            .Settings.Where(setting => Address().IsMatch(setting.Key))
            .Select(setting =>
                (Service: Address().Match(setting.Key).Groups["name"].Value.ToLowerInvariant(), setting.Value)
            );
        looked.ShouldBe(
            services.Where(s => s.Modules != "gateway").Select(s => (s.Modules!, $"http://{s.Name}:8000")),
            ignoreOrder: true
        );
    }

    [Fact]
    public async Task What_has_to_be_filled_in_is_listed()
    {
        var named = Secret().Matches(await File.ReadAllTextAsync(Path.Combine(Files, "compose.yaml")));
        var listed = Listed().Matches(await File.ReadAllTextAsync(Path.Combine(Files, "env.example")));
        listed
            .Select(match => match.Groups["name"].Value)
            .ShouldBe(named.Select(match => match.Groups["name"].Value).Distinct(), ignoreOrder: true);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<List<Service>> ReadAsync()
    {
        using var text = new StringReader(await File.ReadAllTextAsync(Path.Combine(Files, "compose.yaml")));
        var file = new DeserializerBuilder()
            .Build()
            .Deserialize<Dictionary<string, object>>(new MergingParser(new Parser(text)));
        return
        [
            .. ((Dictionary<object, object>)file["services"]).Select(pair => Service.Of((string)pair.Key, pair.Value)),
        ];
    }

    [GeneratedRegex(@"^SILLAGE_GATEWAY__SERVICES__(?<name>\w+?)__ADDRESSES__\d+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"(?<!\$)\$\{(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Secret();

    [GeneratedRegex(@"(?m)^(?<name>\w+)=", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listed();

    private sealed partial record Service(string Name, string? Modules, Dictionary<string, string> Settings)
    {
        public static Service Of(string name, object parts)
        {
            var all = (Dictionary<object, object>)parts;
            var command = all.TryGetValue("command", out var words)
                ? ((List<object>)words).Cast<string>().ToList()
                : [];
            var at = command.IndexOf("--modules");
            var settings = all.TryGetValue("environment", out var named)
                ? ((Dictionary<object, object>)named).ToDictionary(
                    pair => (string)pair.Key,
                    // As long as each has to be at least.
                    pair => Filled().Replace((string)pair.Value, "0123456789abcdef0123456789abcdef")
                )
                : [];
            return new Service(name, at < 0 ? null : command[at + 1], settings);
        }

        [GeneratedRegex(@"\$\{[^}]*\}", RegexOptions.None, 1000)]
        private static partial Regex Filled();
    }
}
