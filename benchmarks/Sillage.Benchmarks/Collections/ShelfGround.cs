using System.Globalization;
using Sillage.Benchmarks.Load;

namespace Sillage.Benchmarks.Collections;

/// <summary>What benchmarks/run has made ready for the collections, and how long each thing is measured.</summary>
internal sealed record ShelfGround(
    string Repository,
    string Folder,
    string Sillage,
    string Postgres,
    int Postmaster,
    string Commit,
    bool IsQuick,
    bool IsLong,
    bool IsNoisy,
    IReadOnlyList<string> Only
)
{
    public const int Connections = 16;

    public static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public int Rounds => IsQuick ? 1 : 3;

    public TimeSpan Measured => TimeSpan.FromSeconds(IsQuick ? 2 : 4);

    /// <summary>How many records there are.</summary>
    public IReadOnlyList<int> Sizes => IsLong ? [10_000, 1_000_000] : [10_000];

    /// <summary>How many follow what changes.</summary>
    public int Followers => IsQuick ? 200 : 1000;

    public LoadShape Shape => new(Connections, WarmUp, Measured);

    public string Password { get; } = $"pw-{Guid.CreateVersion7():N}";

    public bool Has(string name) => Only.Count == 0 || Only.Contains(name);

    public string Peer(string name) => Path.Combine(Repository, "benchmarks", "peers", name);

    public string NewFolder(string name)
    {
        var folder = Path.Combine(Folder, $"{name}-{Guid.CreateVersion7():N}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    public string File(string processor)
    {
        var kind = string.Concat(Only.Select(name => "-" + name)) + (IsLong ? "-long" : "") + (IsQuick ? "-quick" : "");
        return Path.Combine(Repository, "benchmarks", "results", $"collections-{processor}-{Commit}{kind}.md");
    }

    public static ShelfGround Parse(string[] arguments)
    {
        var values = arguments
            .Where(argument => argument.Contains('='))
            .Select(argument => argument.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        return new ShelfGround(
            values["repository"],
            values["folder"],
            values["sillage"],
            values["postgres"],
            int.Parse(values["postmaster"], CultureInfo.InvariantCulture),
            values["commit"],
            arguments.Contains("--quick"),
            arguments.Contains("--long"),
            arguments.Contains("--noisy"),
            [.. arguments.Where(argument => !argument.StartsWith('-') && !argument.Contains('='))]
        );
    }
}
