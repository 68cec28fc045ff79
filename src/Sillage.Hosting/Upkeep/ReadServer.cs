using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Replies;
using Sillage.Hosting.Modules;
using Sillage.Storage;

namespace Sillage.Hosting.Upkeep;

/// <summary>This process of the server.</summary>
/// <param name="Version">Its version.</param>
/// <param name="StartedAt">Since when it runs.</param>
/// <param name="Modules">The modules that run in it.</param>
/// <param name="Engine">What keeps the data: <c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="DataBytes">How much room the data takes: the files of the data folder, or the PostgreSQL database.</param>
/// <param name="Disk">The disk of the data folder; absent where it cannot be told.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record ServerState(
    string Version,
    DateTimeOffset StartedAt,
    IReadOnlyList<string> Modules,
    string Engine,
    long DataBytes,
    DiskRoom? Disk,
    Links Links
);

/// <summary>A disk.</summary>
/// <param name="FreeBytes">How much the server may still write.</param>
/// <param name="TotalBytes">How large it is.</param>
public sealed record DiskRoom(long FreeBytes, long TotalBytes);

/// <summary>Tells how this process is: since when it runs, and how much room there is.</summary>
internal static class ReadServer
{
    private const string Size = "SELECT pg_database_size(current_database())";

    private static readonly Links Further = new("/api/v1/server")
    {
        ["settings"] = "/api/v1/server/settings",
        ["log"] = "/api/v1/server/log",
        ["backups"] = "/api/v1/backups",
        ["jobs"] = "/api/v1/jobs",
        ["health"] = "/health",
        ["metrics"] = "/metrics",
    };

    private static readonly ServerState Example = new(
        "0.2.217+1a2b3c4",
        DateTimeOffset.UnixEpoch,
        ["accounts", "traces"],
        "sqlite",
        48_234_496,
        new DiskRoom(91_268_055_040, 107_374_182_400),
        Further
    );

    public static void MapServer(this IEndpointRouteBuilder routes)
    {
        // Routes are mapped at the start.
        var started = routes.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow();
        routes
            .MapGet(
                "/api/v1/server",
                (
                    IReadOnlyList<IModule> modules,
                    IEnumerable<IDatabase> databases,
                    IOptions<StorageOptions> storage,
                    CancellationToken ct
                ) => HandleAsync(started, modules, databases, storage.Value, ct)
            )
            .RequirePermission(ServerPermission.ReadServer)
            .WithTags("Server")
            .WithName("server")
            .WithSummary("Read how the server is")
            .WithDescription(
                "The process that answers: since when it runs, what runs in it, and how much room there is."
            )
            .WithReplyExample(Example);
    }

    private static async Task<Reply<ServerState>> HandleAsync(
        DateTimeOffset started,
        IReadOnlyList<IModule> modules,
        IEnumerable<IDatabase> databases,
        StorageOptions storage,
        CancellationToken ct
    )
    {
        var folder = Path.GetFullPath(storage.Data);
        var database = databases.FirstOrDefault();
        var bytes = database is { Dialect: SqlDialect.Postgres }
            ? await database.ReadAsync(reader => reader.ScalarAsync<long>(Size, null, ct), ct)
            : BytesOf(folder);
        return new Reply<ServerState>(
            new ServerState(
                ProgramVersion.Current,
                started,
                [.. modules.Select(module => module.Name)],
                storage.Postgres is null ? "sqlite" : "postgres",
                bytes,
                RoomOf(folder),
                Further
            )
        )
        {
            NoStore = true,
        };
    }

    // The databases with their logs; backups that lie beneath are not the data.
    private static long BytesOf(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length) : 0;

    private static DiskRoom? RoomOf(string folder)
    {
        try
        {
            var drive = new DriveInfo(folder);
            return new DiskRoom(drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
