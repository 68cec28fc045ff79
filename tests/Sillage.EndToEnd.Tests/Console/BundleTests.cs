using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Console;

/// <summary>What is checked in of the console is what its sources make, is small, and speaks both languages.</summary>
public sealed partial class BundleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Web { get; } = Path.Combine(Repository.Root, "web");

    [Fact]
    public async Task It_is_made_again_byte_for_byte()
    {
        var build = await CommandRun.RunAsync("node", Web, ["build.mjs", _folder["dist"]]);
        build.ExitCode.ShouldBe(0, build.Output + build.Error);

        var made = await ReadAsync(_folder["dist"]);
        var kept = await ReadAsync(Path.Combine(Web, "dist"));
        kept.Keys.Order().ShouldBe(made.Keys.Order());
        foreach (var (name, content) in made)
        {
            kept[name].SequenceEqual(content).ShouldBeTrue($"{name} is old: npm run build --prefix web");
        }
    }

    [Fact]
    public async Task The_sources_have_no_fault_of_types()
    {
        var check = await CommandRun.RunAsync("node", Web, ["node_modules/typescript/bin/tsc"]);
        check.ExitCode.ShouldBe(0, check.Output + check.Error);
    }

    [Fact]
    public async Task The_first_load_is_small()
    {
        // What comes with the frame, the charts and one language, and any one page: of the console, and the chat.
        var files = await ReadAsync(Path.Combine(Web, "dist"));
        string[] frame = ["index.html", "icon.svg", "console.css", "shell.js", "kit.js", "charts.js", "fr.json"];
        bool IsOfChat(string name) => name.StartsWith("messaging/chat", StringComparison.Ordinal);
        long Total(Func<string, bool> which) => files.Where(file => which(file.Key)).Sum(file => Gzip(file.Value));
        foreach (
            var page in files.Keys.Where(name => name.EndsWith(".js", StringComparison.Ordinal) && !IsOfChat(name))
        )
        {
            Total(name => name == page || frame.Contains(name)).ShouldBeLessThan(150 * 1024, page);
        }

        Total(name =>
                IsOfChat(name) && name != "messaging/chat-en.json" || name is "kit.js" or "console.css" or "fr.json"
            )
            .ShouldBeLessThan(150 * 1024);
    }

    [Fact]
    public async Task Both_languages_have_every_text_and_no_other()
    {
        foreach (var folder in new[] { "", "chat/" })
        {
            await HaveEveryTextAsync(folder);
        }
    }

    private static async Task HaveEveryTextAsync(string folder)
    {
        var (english, french) = (await TextsAsync(folder + "en"), await TextsAsync(folder + "fr"));
        french.Keys.Order(StringComparer.Ordinal).ShouldBe(english.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, text) in english)
        {
            var places = Placeholder().Matches(text).Select(m => m.Value).Order(StringComparer.Ordinal).Distinct();
            Placeholder()
                .Matches(french[name])
                .Select(m => m.Value)
                .Order(StringComparer.Ordinal)
                .Distinct()
                .ShouldBe(places, name);
        }

        var sources = await SourcesAsync();
        // What a script asks for by its whole name is there, alone or for one and for many.
        var asked = Asked()
            .Matches(sources)
            .Select(m => m.Groups["name"].Value)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        asked.Count.ShouldBeGreaterThan(100);
        var isOfFolder = (string name) => name.StartsWith("chat.", StringComparison.Ordinal) == (folder.Length > 0);
        asked
            .Where(name => isOfFolder(name) && !english.ContainsKey(name) && !english.ContainsKey(name + ".other"))
            .ShouldBeEmpty();
        // And every text is asked for, by its name or by how it begins.
        var begun = Begun()
            .Matches(sources)
            .Select(m => m.Groups["name"].Value)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        english
            .Keys.Select(name => Number().Replace(name, ""))
            .Where(name => !asked.Contains(name) && !begun.Any(b => name.StartsWith(b, StringComparison.Ordinal)))
            .ShouldBeEmpty();
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<Dictionary<string, string>> TextsAsync(string language) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(
            await File.ReadAllTextAsync(Path.Combine(Web, "src", language + ".json"))
        )!;

    private static async Task<string> SourcesAsync()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Web, "src"), "*.ts", SearchOption.AllDirectories);
        return string.Join('\n', await Task.WhenAll(files.Select(file => File.ReadAllTextAsync(file))));
    }

    private static async Task<Dictionary<string, byte[]>> ReadAsync(string folder)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            files.Add(Path.GetRelativePath(folder, file), await File.ReadAllBytesAsync(file));
        }

        files.ShouldNotBeEmpty();
        return files;
    }

    private static long Gzip(byte[] content)
    {
        using var into = new MemoryStream();
        using (var gzip = new GZipStream(into, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return into.Length;
    }

    [GeneratedRegex(@"\{\w+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\bt\(""(?<name>[^""]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Asked();

    [GeneratedRegex(
        @"\bt\((?:[^()""`]*\?\s*""[^""]*""\s*:\s*)?`(?<name>[^`$]+)\$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Begun();

    [GeneratedRegex(@"\.(one|other)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
