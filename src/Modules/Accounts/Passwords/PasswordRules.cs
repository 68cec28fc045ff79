using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Api.Problems;

namespace Sillage.Accounts.Passwords;

/// <summary>
/// What may be a password (NIST SP 800-63B): long enough, at most 256 characters, not the user name, not one character over and
/// over; and where a person chooses it, not one of those that are tried first. No rule about kinds of characters.
/// </summary>
internal sealed class PasswordRules(IOptions<AccountsOptions> options)
{
    public const int MaximumLength = 256;

    private readonly AccountsOptions _options = options.Value;

    /// <summary>What is wrong with a password that somebody chose, for himself or for another; null if nothing is.</summary>
    public string? Refusal(string password, string username) =>
        password.Length < _options.PasswordMinimumLength ? $"At least {_options.PasswordMinimumLength} characters."
        : password.Length > MaximumLength ? $"At most {MaximumLength} characters."
        : password.Contains('\0', StringComparison.Ordinal) ? "U+0000 cannot be part of a password."
        : password.Contains(username, StringComparison.OrdinalIgnoreCase) && password.Length < 2 * username.Length
            ? "Too close to the user name."
        : password.Distinct().Count() < 4 ? "At least 4 different characters."
        : CommonPasswords.Include(password, username) ? "Too easy to guess: many have it, or one like it."
        : null;

    /// <summary>The same as a problem at <paramref name="pointer"/>.</summary>
    public Problem? Check(string password, string username, string pointer) =>
        Refusal(password, username) is { } refusal
            ? Problem.BadRequest("The password is not strong enough.", new FieldError(pointer, refusal))
            : null;
}

/// <summary>Identity's view of <see cref="PasswordRules"/>.</summary>
internal sealed class PasswordValidator(PasswordRules rules) : IPasswordValidator<AccountRow>
{
    public Task<IdentityResult> ValidateAsync(UserManager<AccountRow> manager, AccountRow user, string? password) =>
        Task.FromResult(
            rules.Refusal(password ?? "", user.Username) is { } refusal
                ? IdentityResult.Failed(new IdentityError { Code = "PasswordRefused", Description = refusal })
                : IdentityResult.Success
        );
}
