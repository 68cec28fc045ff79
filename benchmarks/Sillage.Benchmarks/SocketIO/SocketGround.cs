namespace Sillage.Benchmarks.SocketIO;

/// <summary>What benchmarks/run has made ready for the Socket.IO servers, and how long each thing is measured.</summary>
internal sealed record SocketGround(
    string Repository,
    string Folder,
    string Server,
    string Commit,
    bool IsQuick,
    bool IsNoisy,
    IReadOnlyList<string> Only
)
{
    public int Rounds => IsQuick ? 1 : 3;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(IsQuick ? 1 : 2);

    public TimeSpan Measured => TimeSpan.FromSeconds(IsQuick ? 2 : 5);

    public TimeSpan Soak => TimeSpan.FromMinutes(IsQuick ? 1 : 10);

    public string Peer => Path.Combine(Repository, "benchmarks", "peers", "socketio");

    public string Described =>
        $"{Rounds} round(s) of {Measured.TotalSeconds} s after {WarmUp.TotalSeconds} s of warm-up";

    public string File(string processor)
    {
        var suffix = Only.Count > 0 ? $"-{string.Join('-', Only)}" : "";
        var kind = IsQuick ? "-quick" : "";
        return Path.Combine(Repository, "benchmarks", "results", $"socketio-{processor}-{Commit}{suffix}{kind}.md");
    }

    public static SocketGround Parse(string[] arguments)
    {
        var values = arguments
            .Where(argument => argument.Contains('='))
            .Select(argument => argument.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        return new SocketGround(
            values["repository"],
            values["folder"],
            values["server"],
            values["commit"],
            arguments.Contains("--quick"),
            arguments.Contains("--noisy"),
            [.. arguments.Where(argument => !argument.StartsWith('-') && !argument.Contains('='))]
        );
    }
}
