using Sillage.Api.Access;

namespace Sillage.Traces;

/// <summary>What the module asks of callers; what they may do in one study is said by that study's rights.</summary>
internal static class TracesPermission
{
    /// <summary>Create studies, and work in those where a right was given.</summary>
    public static Permission CreateStudies { get; } = new("studies.create", Role.Researcher);

    /// <summary>Every right in every study, save identities.</summary>
    public static Permission ManageAllStudies { get; } = new("studies.manage-all");

    /// <summary>Send traces: a player his own, others for the participants of their studies.</summary>
    public static Permission WriteTraces { get; } = new("traces.write", Role.Researcher, Role.Member);

    /// <summary>Read and export traces of the studies where a right was given.</summary>
    public static Permission ReadTraces { get; } = new("traces.read", Role.Researcher);

    /// <summary>Resolve pseudonyms to accounts, in the studies where a right was given.</summary>
    public static Permission ReadIdentities { get; } = new("identities.read", Role.Researcher);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Permission> All { get; } =
    [CreateStudies, ManageAllStudies, WriteTraces, ReadTraces, ReadIdentities];
}
