namespace Sillage.Hosting.Authentication;

/// <summary>
/// What a caller may do, whatever the study or room. A role is a set of these; an API key holds some of its owner's.
/// Rights within one study are the business of the module that owns the study.
/// </summary>
public static class Permission
{
    /// <summary>Read, correct and erase one's own account; manage one's own API keys and sessions.</summary>
    public const string Self = "self";

    /// <summary>List, search and read every account.</summary>
    public const string ReadAccounts = "accounts.read";

    /// <summary>Create, change, lock and erase other people's accounts, and give roles.</summary>
    public const string ManageAccounts = "accounts.manage";

    /// <summary>Create studies, and work in those where a right was given.</summary>
    public const string CreateStudies = "studies.create";

    /// <summary>Every right in every study, save identities.</summary>
    public const string ManageAllStudies = "studies.manage-all";

    /// <summary>Send traces: a player his own, others for the participants of their studies.</summary>
    public const string WriteTraces = "traces.write";

    /// <summary>Read and export traces of the studies where a right was given.</summary>
    public const string ReadTraces = "traces.read";

    /// <summary>Resolve pseudonyms to accounts, in the studies where a right was given.</summary>
    public const string ReadIdentities = "identities.read";

    /// <summary>Read the audit trail.</summary>
    public const string ReadAudit = "audit.read";

    /// <summary>Read the server's metrics.</summary>
    public const string ReadMetrics = "metrics.read";

    /// <summary>All of them, in the order above.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Self,
        ReadAccounts,
        ManageAccounts,
        CreateStudies,
        ManageAllStudies,
        WriteTraces,
        ReadTraces,
        ReadIdentities,
        ReadAudit,
        ReadMetrics,
    ];
}
