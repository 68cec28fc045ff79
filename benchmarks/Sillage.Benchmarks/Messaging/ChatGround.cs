namespace Sillage.Benchmarks.Messaging;

/// <summary>What benchmarks/run has made ready for the chats, and how long each thing is measured.</summary>
internal sealed record ChatGround(
    string Repository,
    string Folder,
    string Sillage,
    string Postgres,
    int Postmaster,
    string Commit,
    bool IsQuick,
    bool IsNoisy,
    bool IsWatched
)
{
    /// <summary>How many people are in each small room.</summary>
    public const int SmallRoom = 10;

    public int Rounds => IsQuick || IsWatched ? 1 : 3;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(IsQuick ? 1 : 3);

    public TimeSpan Measured =>
        TimeSpan.FromSeconds(
            IsWatched ? 20
            : IsQuick ? 3
            : 8
        );

    public int People => IsQuick || IsWatched ? 100 : 500;

    public int SmallRooms => IsQuick || IsWatched ? 40 : 200;

    public string File(string processor) =>
        Path.Combine(
            Repository,
            "benchmarks",
            "results",
            $"messaging-{processor}-{Commit}{(IsQuick ? "-quick" : "")}.md"
        );

    public static ChatGround Parse(string[] arguments)
    {
        var values = arguments
            .Where(argument => argument.Contains('='))
            .Select(argument => argument.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        return new ChatGround(
            values["repository"],
            values["folder"],
            values["sillage"],
            values["postgres"],
            int.Parse(values["postmaster"], System.Globalization.CultureInfo.InvariantCulture),
            values["commit"],
            arguments.Contains("--quick"),
            arguments.Contains("--noisy") || arguments.Contains("watched"),
            arguments.Contains("watched")
        );
    }
}
