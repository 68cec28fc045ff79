using System.ComponentModel.DataAnnotations;

namespace Sillage.Accounts.Identity;

/// <summary>What people may change of their own account.</summary>
/// <param name="DisplayName">The name to show, 1 to 100 characters; null for none.</param>
/// <param name="Email">An e-mail address; null for none.</param>
/// <param name="FirstName">The first name, 1 to 100 characters; null for none. Its owner and administrators see it.</param>
/// <param name="LastName">The last name, 1 to 100 characters; null for none. Its owner and administrators see it.</param>
public sealed record Profile(
    [property: StringLength(100, MinimumLength = 1), PlainText] string? DisplayName = null,
    [property: Email] string? Email = null,
    [property: StringLength(100, MinimumLength = 1), PlainText] string? FirstName = null,
    [property: StringLength(100, MinimumLength = 1), PlainText] string? LastName = null
);
