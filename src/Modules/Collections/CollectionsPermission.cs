using Sillage.Api.Access;

namespace Sillage.Collections;

/// <summary>What the module asks of callers; what they may do with records is said by the rules of each collection.</summary>
internal static class CollectionsPermission
{
    /// <summary>Be known to the rules of collections. Without it, a caller is to them as somebody without an account.</summary>
    public static Permission Use { get; } = new("collections.use", Role.Researcher, Role.Member);

    /// <summary>Declare collections, and look after one's own.</summary>
    public static Permission Declare { get; } = new("collections.declare", Role.Researcher);

    /// <summary>Look after everybody's collections and what is in them.</summary>
    public static Permission Manage { get; } = new("collections.manage");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Permission> All { get; } = [Use, Declare, Manage];
}
