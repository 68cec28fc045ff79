using Sillage.Accounts.Identity;
using Sillage.Api.Access;
using Sillage.Api.Problems;

namespace Sillage.Accounts.People;

/// <summary>
/// What an API key may not do to people although its owner may: who finds one would stay, and become more than the key. Such
/// things are done by somebody who has logged in.
/// </summary>
internal static class ByApiKey
{
    /// <summary>403 if a key changes an administrator or its own owner.</summary>
    public static Problem? RefuseTarget(Caller caller, AccountRow target) =>
        caller.Kind == CredentialKind.ApiKey && (target.Role == Role.Administrator || target.Id == caller.Id)
            ? Problem.Forbidden("An API key changes neither an administrator nor its owner; log in.")
            : null;

    /// <summary>403 if a key gives a role.</summary>
    public static Problem? RefuseRole(Caller caller, string before, string after) =>
        caller.Kind == CredentialKind.ApiKey && after != before
            ? Problem.Forbidden("An API key gives nobody a role; log in.")
            : null;
}
