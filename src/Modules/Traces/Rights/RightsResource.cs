using Sillage.Accounts.Contracts;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Rights;

/// <summary>What an account may do in a study.</summary>
/// <param name="Account">The account.</param>
/// <param name="Username">Its user name; null if the account is gone.</param>
/// <param name="DisplayName">Its display name, if it has one.</param>
/// <param name="Rights">Some of <c>read</c>, <c>write</c>, <c>manage</c>, <c>identities</c>.</param>
/// <param name="Owner">Whether it owns the study: the owner has every right.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record RightsResource(
    Guid Account,
    string? Username,
    string? DisplayName,
    IReadOnlyList<string> Rights,
    bool Owner,
    Links Links
)
{
    internal static readonly RightsResource Example = new(
        Examples.Account,
        "researcher",
        null,
        ["read"],
        Owner: false,
        new Links("/api/v1/studies/java-quest/rights/" + Examples.Account)
    );

    private const StudyRights Every =
        StudyRights.Read | StudyRights.Write | StudyRights.Manage | StudyRights.Identities;

    internal static RightsResource Of(Study study, Guid account, AccountSummary? summary)
    {
        var owner = account == study.Owner;
        return new RightsResource(
            account,
            summary?.Username,
            summary?.DisplayName,
            Study.NamesOf(owner ? Every : study.Rights.GetValueOrDefault(account)),
            owner,
            new Links($"{StudyResource.AddressOf(study.Slug)}/rights/{account}")
        );
    }

    /// <summary>The owner's rights are not given, so that they cannot be taken: a study always has someone who can look after it.</summary>
    /// <exception cref="ProblemException">409.</exception>
    internal static void DemandNotOwner(Study study, Guid account)
    {
        if (account == study.Owner)
        {
            throw new ProblemException(Problem.Conflict("The study's owner has every right in it."));
        }
    }
}
