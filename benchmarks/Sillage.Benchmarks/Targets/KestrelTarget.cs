using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Targets;

/// <summary>A bare Kestrel handler that reads the same JSON and stores nothing: the limit of the web server.</summary>
/// <param name="ground">What is made ready.</param>
/// <param name="what">What it answers instead.</param>
/// <param name="table">The file whose table of strokes it reads for that, and the number of the workout there.</param>
internal sealed class KestrelTarget(Ground ground, string? what = null, (string File, long Workout)? table = null)
    : Target(ground, what is null ? "bare Kestrel" : $"bare Kestrel, {what}")
{
    public override string Durability => table is null ? "stores nothing" : "reads what lies there";

    public override async Task StartAsync() =>
        Server = await ServerProcess.StartAsync(
            [
                "dotnet",
                Ground.Kestrel,
                "--urls",
                Root.ToString(),
                .. table is { } read ? ["--table", read.File, "--workout", $"{read.Workout}"] : Array.Empty<string>(),
            ],
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
