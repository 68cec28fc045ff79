using Sillage.Accounts.Identity;
using Sillage.Api.Access;
using Sillage.Api.Replies;

namespace Sillage.Accounts;

/// <summary>An account. Of somebody else's, whoever is no administrator sees the public profile: id, names and counts.</summary>
/// <param name="Id">Its id, for good.</param>
/// <param name="Username">Its user name, unique without case.</param>
/// <param name="DisplayName">The name to show; absent if none was chosen.</param>
/// <param name="Email">The e-mail address; absent if none was given. Whether it is confirmed, its owner sees at <c>/api/v1/me/address</c>.</param>
/// <param name="Role"><c>administrator</c>, <c>researcher</c> or <c>member</c>; absent in a public profile.</param>
/// <param name="Disabled">Whether an administrator has shut the account: no credential of it counts; absent in a public profile.</param>
/// <param name="LockedUntil">Until when its password is locked after too many wrong ones; absent if it is not.</param>
/// <param name="CreatedAt">When it was made; absent in a public profile.</param>
/// <param name="PostCount">How many posts of the account others can read.</param>
/// <param name="FollowerCount">How many accounts follow it.</param>
/// <param name="Links">What one can do next.</param>
public sealed record Account(
    Guid Id,
    string Username,
    string? DisplayName,
    string? Email,
    string? Role,
    bool? Disabled,
    DateTimeOffset? LockedUntil,
    DateTimeOffset? CreatedAt,
    long PostCount,
    long FollowerCount,
    Links Links
)
{
    /// <summary>The password, where the server has generated one: in the reply to the request that did so, and never again.</summary>
    public string? Password { get; init; }

    /// <summary>The first name; absent if none was given, and in a public profile.</summary>
    public string? FirstName { get; init; }

    /// <summary>The last name; absent if none was given, and in a public profile.</summary>
    public string? LastName { get; init; }

    /// <summary>What the account may do, by the names of permissions; in its owner's own view only.</summary>
    public IReadOnlyList<string>? Permissions { get; init; }

    /// <summary>An account as the examples of the API document show it.</summary>
    internal static Account Example { get; } =
        new(
            Guid.Parse("01932f6e-5c00-7000-8000-000000000001"),
            "player-1",
            "Player One",
            null,
            Api.Access.Role.Member,
            false,
            null,
            new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero),
            3,
            12,
            new Links("/api/v1/users/01932f6e-5c00-7000-8000-000000000001")
        );

    /// <summary>The account as everybody who may see it sees it.</summary>
    internal static Account Of(AccountRow row, DateTimeOffset now) =>
        new(
            row.Id,
            row.Username,
            row.DisplayName,
            row.Email,
            row.Role,
            row.Disabled,
            row.IsLocked(now) ? row.LockedUntil : null,
            row.CreatedAt,
            row.PostCount,
            row.FollowerCount,
            new Links($"/api/v1/users/{row.Id}")
        )
        {
            FirstName = row.FirstName,
            LastName = row.LastName,
        };

    /// <summary>The account as everybody who is signed in sees it: no address, and nothing that is the server's own affair.</summary>
    internal static Account Public(AccountRow row) =>
        new(
            row.Id,
            row.Username,
            row.DisplayName,
            null,
            null,
            null,
            null,
            null,
            row.PostCount,
            row.FollowerCount,
            new Links($"/api/v1/users/{row.Id}")
        );

    /// <summary>The account as its owner sees it.</summary>
    internal static Account OfCaller(AccountRow row, Caller caller, DateTimeOffset now) =>
        Of(row, now) with
        {
            Permissions = [.. caller.Permissions.Order(StringComparer.Ordinal)],
            Links = new Links("/api/v1/me")
            {
                ["password"] = "/api/v1/me/password",
                ["sessions"] = "/api/v1/me/sessions",
                ["second-factor"] = "/api/v1/me/second-factor",
                ["api-keys"] = "/api/v1/api-keys",
                ["personal-data"] = "/api/v1/me/data",
                ["logout"] = "/api/v1/auth/logout",
            },
        };
}
