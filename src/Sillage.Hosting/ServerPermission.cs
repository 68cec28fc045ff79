using Sillage.Api.Access;

namespace Sillage.Hosting;

/// <summary>What the server itself asks for, whatever modules run.</summary>
internal static class ServerPermission
{
    /// <summary>Read the server's metrics.</summary>
    public static Permission ReadMetrics { get; } = new("metrics.read");

    /// <summary>List jobs; retry and drop those that are parked.</summary>
    public static Permission ManageJobs { get; } = new("jobs.manage");

    /// <summary>List, replay and drop events that modules could not handle.</summary>
    public static Permission ManageEvents { get; } = new("events.manage");

    /// <summary>Read how the server is, its settings and its log.</summary>
    public static Permission ReadServer { get; } = new("server.read");

    /// <summary>List, make, check and delete backups.</summary>
    public static Permission ManageBackups { get; } = new("backups.manage");

    /// <summary>All of them, and what everybody holds.</summary>
    public static IReadOnlyList<Permission> All { get; } =
    [Permission.Self, ReadMetrics, ManageJobs, ManageEvents, ReadServer, ManageBackups];
}
