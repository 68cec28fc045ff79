using System.Buffers;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;

namespace Sillage.Accounts.Identity;

/// <summary>
/// What a user name may be: 1 to 64 of the letters A to Z in either case, digits and <c>. _ - @ +</c>, the first a letter
/// or digit. ASCII only, see ADR 0021.
/// </summary>
internal static class Usernames
{
    public const int MaximumLength = 64;

    public const string Rule =
        "1 to 64 letters (A to Z, a to z), digits and . _ - @ +, beginning with a letter or a digit.";

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@+"
    );

    public static bool IsValid(string? username) =>
        username is { Length: > 0 and <= MaximumLength }
        && char.IsAsciiLetterOrDigit(username[0])
        && !username.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>The form by which names are compared.</summary>
    public static string Key(string username) => username.ToUpperInvariant();
}

/// <summary>Refuses a text that is not a user name, see <see cref="Usernames"/>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class UsernameAttribute() : ValidationAttribute(Usernames.Rule)
{
    public override bool IsValid(object? value) => value is null || Usernames.IsValid(value as string);
}

/// <summary>Identity's view of <see cref="Usernames"/>; that a name is free is checked by Identity's own validator.</summary>
internal sealed class UsernameValidator : IUserValidator<AccountRow>
{
    public Task<IdentityResult> ValidateAsync(UserManager<AccountRow> manager, AccountRow user) =>
        Task.FromResult(
            Usernames.IsValid(user.Username)
                ? IdentityResult.Success
                : IdentityResult.Failed(new IdentityErrorDescriber().InvalidUserName(user.Username))
        );
}

/// <summary>Identity's view of <see cref="Usernames.Key"/>.</summary>
internal sealed class UsernameNormalizer : ILookupNormalizer
{
    public string? NormalizeName(string? name) => name is null ? null : Usernames.Key(name);

    public string? NormalizeEmail(string? email) => email?.ToUpperInvariant();
}
