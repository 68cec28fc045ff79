using Sillage.Api.Access;
using Sillage.Api.Problems;

namespace Sillage.Accounts.Sessions;

/// <summary>What an API key does not do to its own owner: who finds one must not put the owner out, nor open the way in.</summary>
internal static class NotByApiKey
{
    /// <summary>403 if a key ends sessions.</summary>
    public static Problem? RefuseLogout(Caller caller) =>
        Refuse(caller, "An API key ends none of its owner's sessions; log in.");

    /// <summary>403 if a key sets a second factor up or takes it off.</summary>
    public static Problem? RefuseFactor(Caller caller) =>
        Refuse(caller, "An API key does not change its owner's second factor; log in.");

    private static Problem? Refuse(Caller caller, string reason) =>
        caller.Kind == CredentialKind.ApiKey ? Problem.Forbidden(reason) : null;
}
