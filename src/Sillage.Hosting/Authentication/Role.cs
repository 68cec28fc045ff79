namespace Sillage.Hosting.Authentication;

/// <summary>The roles an account can have. A role is nothing but a set of permissions.</summary>
public static class Role
{
    /// <summary>Everything.</summary>
    public const string Administrator = "administrator";

    /// <summary>Runs studies.</summary>
    public const string Researcher = "researcher";

    /// <summary>A player, rower or person chatting; what an account is without another role.</summary>
    public const string Member = "member";

    /// <summary>All roles, the strongest first.</summary>
    public static IReadOnlyList<string> All { get; } = [Administrator, Researcher, Member];

    private static readonly HashSet<string> MemberPermissions = [Permission.Self, Permission.WriteTraces];

    private static readonly HashSet<string> ResearcherPermissions =
    [
        .. MemberPermissions,
        Permission.CreateStudies,
        Permission.ReadTraces,
        Permission.ReadIdentities,
    ];

    private static readonly HashSet<string> AllPermissions = [.. Permission.All];

    /// <summary>The permissions of <paramref name="role"/>; none for a role that does not exist.</summary>
    public static IReadOnlySet<string> PermissionsOf(string role) =>
        role switch
        {
            Administrator => AllPermissions,
            Researcher => ResearcherPermissions,
            Member => MemberPermissions,
            _ => new HashSet<string>(),
        };
}
