using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Sillage.Api.Access;

/// <summary>By what means a caller proved who they are.</summary>
public enum CredentialKind
{
    /// <summary>An access token of a session.</summary>
    Session,

    /// <summary>User name and password on the request itself (RFC 7617).</summary>
    Password,

    /// <summary>An API key.</summary>
    ApiKey,
}

/// <summary>Who is asking. A handler takes it as a parameter; on routes that allow anonymous callers it takes <c>Caller?</c>.</summary>
/// <param name="Id">The account.</param>
/// <param name="Username">The account's user name.</param>
/// <param name="Role">The account's role.</param>
/// <param name="Permissions">What this credential may do: the role's permissions, or fewer for an API key.</param>
/// <param name="Kind">The credential's kind.</param>
/// <param name="CredentialId">The session's or the API key's id; null for a password.</param>
public sealed record Caller(
    Guid Id,
    string Username,
    string Role,
    IReadOnlySet<string> Permissions,
    CredentialKind Kind,
    Guid? CredentialId
)
{
    /// <summary>Until when the session or the API key counts; null for as long as it is there.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What else the credential rests on: the name of the key that signed the token, or the stamp of the password.</summary>
    public string? Basis { get; init; }

    /// <summary>Whether the account needs a second factor first: only what says <see cref="WithoutFactorMetadata"/> is open to it.</summary>
    public bool MustEnrol { get; init; }

    /// <summary>The reply of this request, if it is one that goes on for long; null for all others.</summary>
    public IOpenReply? Reply { get; init; }

    /// <summary>Whether the caller holds <paramref name="permission"/>.</summary>
    public bool Can(Permission permission)
    {
        ArgumentNullException.ThrowIfNull(permission);
        return Can(permission.Name);
    }

    /// <summary>Whether the caller holds the permission of this name.</summary>
    public bool Can(string permission) => Permissions.Contains(permission);

    /// <summary>Binds the caller of the current request.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ValueTask.FromResult(context.Features.Get<Caller>());
    }

    /// <summary>The same as the framework knows it.</summary>
    public ClaimsPrincipal ToPrincipal(string scheme) =>
        new(
            new ClaimsIdentity(
                [
                    new Claim(ClaimTypes.NameIdentifier, Id.ToString()),
                    new Claim(ClaimTypes.Name, Username),
                    new Claim(ClaimTypes.Role, Role),
                ],
                scheme
            )
        );
}
