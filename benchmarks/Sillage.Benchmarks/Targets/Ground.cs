namespace Sillage.Benchmarks.Targets;

/// <summary>What benchmarks/run has made ready.</summary>
internal sealed record Ground
{
    /// <summary>The root of the repository.</summary>
    public required string Repository { get; init; }

    /// <summary>A folder of this run, removed at its end.</summary>
    public required string Folder { get; init; }

    /// <summary>The published server: the path of <c>sillage.dll</c>.</summary>
    public required string Sillage { get; init; }

    /// <summary>The published server of another commit; null unless one is named.</summary>
    public string? Before { get; init; }

    /// <summary>The published bare handler: the path of <c>kestrel-peer.dll</c>.</summary>
    public required string Kestrel { get; init; }

    /// <summary>An administrator's connection string of a PostgreSQL with default durability.</summary>
    public required string Postgres { get; init; }

    /// <summary>The process of that PostgreSQL whose children are its backends.</summary>
    public required int Postmaster { get; init; }

    /// <summary>Whether to measure even while others use the machine.</summary>
    public required bool IsNoisy { get; init; }

    /// <summary>Used for every account of this run; all servers listen on the loopback and are gone at its end.</summary>
    public string Password { get; } = $"pw-{Guid.CreateVersion7():N}";

    public string NewFolder(string name)
    {
        var folder = Path.Combine(Folder, $"{name}-{Guid.CreateVersion7():N}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    public string Peer(string name) => Path.Combine(Repository, "benchmarks", "peers", name);

    /// <summary>The statements that make the tables of traces, as the server itself does.</summary>
    public IEnumerable<string> TraceTables(string dialect) =>
        Directory
            .GetFiles(Path.Combine(Repository, "src", "Modules", "Traces", "Migrations", dialect), "*.sql")
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllText);
}
