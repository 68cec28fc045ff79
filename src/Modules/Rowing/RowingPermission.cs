using Sillage.Api.Access;

namespace Sillage.Rowing;

/// <summary>What the module asks of callers; what they may do with one workout or in one squad is said by its rights.</summary>
internal static class RowingPermission
{
    /// <summary>Read one's own workouts, and those that others let one read.</summary>
    public static Permission Read { get; } = new("workouts.read", Role.Researcher, Role.Member);

    /// <summary>Send workouts, change and delete one's own.</summary>
    public static Permission Write { get; } = new("workouts.write", Role.Researcher, Role.Member);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Permission> All { get; } = [Read, Write];
}
