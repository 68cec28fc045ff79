namespace Sillage.Api.Access;

/// <summary>The roles an account can have. A role is nothing but a set of permissions, see <see cref="Permissions"/>.</summary>
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
}
