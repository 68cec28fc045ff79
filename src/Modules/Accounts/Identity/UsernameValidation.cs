using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Sillage.Accounts.Contracts;

namespace Sillage.Accounts.Identity;

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
