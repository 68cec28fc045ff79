using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Targets;

/// <summary>A bare Kestrel handler that reads the same JSON and stores nothing: the limit of the web server.</summary>
internal sealed class KestrelTarget(Ground ground) : Target(ground, "bare Kestrel")
{
    public override string Durability => "stores nothing";

    public override async Task StartAsync() =>
        Server = await ServerProcess.StartAsync(
            ["dotnet", Ground.Kestrel, "--urls", Root.ToString()],
            new Dictionary<string, string>(),
            // An empty one: the host watches where it starts, all below included, and would hear of every write of the others.
            Ground.NewFolder("kestrel"),
            Path.Combine(Ground.Folder, $"{Name}.log"),
            Root
        );

    public override Task<long?> CountAsync() => Task.FromResult<long?>(null);

    protected override RequestTemplate One(int player, Play play) =>
        RequestTemplate.Post("/api/v1/studies/bench/traces", NoToken, play.AsTrace($"session-{player}"), 1);

    protected override RequestTemplate Many(int player, Play[] plays) =>
        RequestTemplate.Post(
            "/api/v1/studies/bench/traces",
            NoToken,
            Play.Batch(plays, $"session-{player}"),
            plays.Length
        );

    // As long as a token is, so that the same bytes are read.
    private static readonly string NoToken = $"Bearer {new string('x', 400)}";
}
