using System.ComponentModel.DataAnnotations;

namespace Sillage.Accounts;

/// <summary>The first administrator, section <c>Admin</c>: made at start if there is no administrator yet.</summary>
public sealed class FirstAdministratorOptions : IValidatableObject
{
    /// <summary>The user name. Default none: a one-time setup link is offered instead.</summary>
    public string? Username { get; set; }

    /// <summary>The password. Default none.</summary>
    public string? Password { get; set; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(Username) != string.IsNullOrEmpty(Password))
        {
            yield return new ValidationResult("Admin:Username and Admin:Password go together; one of them is missing.");
        }
    }
}
