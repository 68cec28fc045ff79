using Microsoft.AspNetCore.Identity;
using Sillage.Accounts.Contracts;
using Sillage.Api.Problems;

namespace Sillage.Accounts.Identity;

/// <summary>What Identity says, as Sillage says it.</summary>
internal static class IdentityResults
{
    /// <summary>For changes that have been checked already: a failure is a defect.</summary>
    public static void MustSucceed(this IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException(result.ToString());
        }
    }

    /// <summary>The problem to tell; null if all went well.</summary>
    public static Problem? ToProblem(this IdentityResult result) =>
        result.Succeeded ? null
        : result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.DuplicateUserName)) ? NameTaken()
        : Problem.BadRequest(
            "The account is not valid.",
            [.. result.Errors.Select(e => new FieldError(PointerOf(e), DetailOf(e)))]
        );

    public static Problem NameTaken() =>
        Problem.Conflict(
            "The user name is taken.",
            new FieldError("/username", "Another account has this name; case does not count.")
        );

    private static string PointerOf(IdentityError error) =>
        error.Code.StartsWith("Password", StringComparison.Ordinal) ? "/password" : "/username";

    private static string DetailOf(IdentityError error) =>
        error.Code == nameof(IdentityErrorDescriber.InvalidUserName) ? Usernames.Rule : error.Description;
}
