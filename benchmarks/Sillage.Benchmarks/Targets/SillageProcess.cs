using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Targets;

/// <summary>The product as a process, as it starts by default but for the rates of limits: they stay on and are counted, and are so high that no load meets them.</summary>
internal static class SillageProcess
{
    public const string Administrator = "benchmark";

    private const string NoLimit = "10000000";

    private static readonly string[] Buckets =
    [
        "LIMITS__RATELIMITS__ADDRESS",
        "LIMITS__RATELIMITS__ACCOUNT",
        "LIMITS__RATELIMITS__LOGIN",
        "LIVE__CONNECTIONEVENTS",
        "LIVE__ACCOUNTEVENTS",
    ];

    public static Task<ServerProcess> StartAsync(
        string program,
        Uri root,
        string data,
        string log,
        string password,
        string? postgres,
        params (string Name, string Value)[] settings
    )
    {
        var environment = new Dictionary<string, string>
        {
            ["SILLAGE_ADMIN__USERNAME"] = Administrator,
            ["SILLAGE_ADMIN__PASSWORD"] = password,
        };
        foreach (var bucket in Buckets)
        {
            environment[$"SILLAGE_{bucket}__BURST"] = NoLimit;
            environment[$"SILLAGE_{bucket}__PERSECOND"] = NoLimit;
        }

        if (postgres is not null)
        {
            environment["SILLAGE_POSTGRES"] = postgres;
        }

        foreach (var (name, value) in settings)
        {
            environment[$"SILLAGE_{name}"] = value;
        }

        return ServerProcess.StartAsync(
            ["dotnet", program, "serve", "--urls", root.ToString(), "--data", data],
            environment,
            data,
            log,
            new Uri(root, "/health/live")
        );
    }
}
