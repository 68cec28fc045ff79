using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>
/// What CONTRIBUTING says of adding a module, done to a copy of the three places. Everything else is taken as it was built along with
/// the tests, so that two small projects are compiled and nothing is fetched.
/// </summary>
internal static partial class AddedModule
{
    private static readonly string[] Shared =
    [
        "Sillage.slnx",
        "global.json",
        ".editorconfig",
        "Directory.Build.props",
        "Directory.Packages.props",
    ];

    private static string Built => Repository.Built;

    /// <summary>Adds the module of the page in an empty folder, and builds the executable there.</summary>
    /// <returns>The executable.</returns>
    public static async Task<string> BuildAsync(string folder)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "CONTRIBUTING.md"));
        CopyPlaces(folder);
        foreach (Match file in ModuleFile().Matches(page))
        {
            await WriteAsync(Path.Combine(folder, file.Groups["path"].Value), file.Groups["code"].Value);
        }

        await AddToListAsync(Path.Combine(folder, "src/Sillage/Server.cs"), page);
        var commands = Commands().Matches(page).ShouldHaveSingleItem().Groups["code"].Value;
        await RunAsync(folder, commands);
        await RunAsync(
            folder,
            "dotnet build src/Sillage -c Release -v quiet -p:RunAnalyzers=false -p:RestorePackagesWithLockFile=false -p:RestoreLockedMode=false"
        );
        CopyLibraries(Path.Combine(folder, "src/Sillage/bin/Release/net10.0"));
        return Path.Combine(folder, "src/Sillage/bin/Release/net10.0/sillage");
    }

    private static void CopyPlaces(string folder)
    {
        foreach (var name in Shared)
        {
            File.Copy(Path.Combine(Repository.Root, name), Path.Combine(folder, name));
        }

        var executable = Path.Combine(Repository.Root, "src/Sillage");
        var sources = Directory
            .EnumerateFiles(executable, "*", SearchOption.AllDirectories)
            .Where(file => !Made().IsMatch(Path.GetRelativePath(executable, file)));
        foreach (var file in sources)
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Repository.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        // A project that is not in the copy is referred to as it was built; a module only by whoever says so in its own file.
        var modules = Directory
            .EnumerateDirectories(Path.Combine(Repository.Root, "src/Modules"))
            .Select(module => $"Sillage.{Path.GetFileName(module)}.dll")
            .Where(module => !module.EndsWith(".Contracts.dll", StringComparison.Ordinal))
            .Select(module => $"{Built}/{module}");
        File.WriteAllText(
            Path.Combine(folder, "Directory.Build.targets"),
            $"""
            <Project>
              <PropertyGroup>
                <GenerateDependencyFile>false</GenerateDependencyFile>
              </PropertyGroup>
              <ItemGroup>
                <Here Include="@(ProjectReference->Exists())" />
                <Elsewhere Include="@(ProjectReference)" Exclude="@(Here)" />
                <ProjectReference Remove="@(Elsewhere)" />
                <PackageReference Remove="@(PackageReference)" />
                <Reference Include="{Built}/*.dll" Exclude="{Built}/sillage.dll;{string.Join(';', modules)}" />
                <Reference Include="@(Elsewhere->'{Built}/%(Filename).dll')" />
              </ItemGroup>
            </Project>
            """
        );
    }

    private static async Task AddToListAsync(string server, string page)
    {
        var added = ListEntry().Matches(page).ShouldHaveSingleItem().Groups["entry"].Value;
        var source = await File.ReadAllTextAsync(server);
        var list = ModuleList().Matches(source).ShouldHaveSingleItem().Groups["end"];
        await File.WriteAllTextAsync(server, source.Insert(list.Index, $", {added}"));
    }

    // What a package brings for the machine's own kind of processor, which lies beside the program where no list of packages says where.
    private static void CopyLibraries(string output)
    {
        var system = OperatingSystem.IsMacOS() ? "osx" : "linux";
        var kind = RuntimeInformation.ProcessArchitecture.ToString().ToUpperInvariant();
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(Built, "runtimes"), $"{system}-*"))
        {
            if (Path.GetFileName(folder).Equals($"{system}-{kind}", StringComparison.OrdinalIgnoreCase))
            {
                foreach (var library in Directory.EnumerateFiles(Path.Combine(folder, "native")))
                {
                    File.Copy(library, Path.Combine(output, Path.GetFileName(library)), overwrite: true);
                }
            }
        }
    }

    private static async Task WriteAsync(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text);
    }

    private static async Task RunAsync(string folder, string commands)
    {
        var environment = new Dictionary<string, string>
        {
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["UseSharedCompilation"] = "false",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
        };
        var run = await CommandRun.RunAsync(
            "bash",
            folder,
            ["-euo", "pipefail", "-c", commands],
            environment,
            TimeSpan.FromMinutes(5)
        );
        run.ExitCode.ShouldBe(0, run.Output + run.Error);
    }

    [GeneratedRegex(
        @"^`(?<path>src/Modules/Notes/\S+)`\n\n```\w+\n(?<code>.*?)^```",
        RegexOptions.Singleline | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ModuleFile();

    [GeneratedRegex(
        @"<!-- three places -->\n```sh\n(?<code>.*?)^```",
        RegexOptions.Singleline | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Commands();

    [GeneratedRegex(
        @"`AllModules` in `src/Sillage/Server\.cs` gets one more: `(?<entry>[^`]+)`",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ListEntry();

    [GeneratedRegex(
        @"IModule\[\] AllModules =\s*\[[^\]]*?(?<end>,?\s*)\];",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ModuleList();

    [GeneratedRegex("^(bin|obj)/|^packages.lock.json$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Made();
}
