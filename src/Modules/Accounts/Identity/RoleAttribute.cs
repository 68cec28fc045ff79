using System.ComponentModel.DataAnnotations;
using Sillage.Api.Access;

namespace Sillage.Accounts.Identity;

/// <summary>Refuses a role that does not exist.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class RoleAttribute() : ValidationAttribute($"One of {string.Join(", ", Role.All)}.")
{
    public override bool IsValid(object? value) =>
        value is null || (value is string role && Role.All.Contains(role, StringComparer.Ordinal));
}
