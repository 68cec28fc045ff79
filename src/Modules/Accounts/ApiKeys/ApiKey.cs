using Sillage.Api.Replies;

namespace Sillage.Accounts.ApiKeys;

/// <summary>A key for a script or a server, which acts in its owner's name.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it is for; absent if it has no name.</param>
/// <param name="Hint">How the key begins, to tell it from others.</param>
/// <param name="Permissions">What it may do, as long as its owner may.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends; absent for never.</param>
/// <param name="LastUsedAt">When it was used last, to the minute; absent if never.</param>
/// <param name="Links">What one can do next.</param>
public sealed record ApiKey(
    Guid Id,
    string? Name,
    string Hint,
    IReadOnlyList<string> Permissions,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    Links Links
)
{
    /// <summary>The key itself, for <c>X-API-Key</c> or <c>Authorization: Bearer</c>: in the reply that makes it, and never again.</summary>
    public string? Key { get; init; }

    internal static ApiKey Example { get; } =
        new(
            Guid.Parse("01932f6e-5c00-7000-8000-0000000000a1"),
            "game server",
            "sillage_Zk3q",
            ["traces.write"],
            new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero),
            null,
            null,
            new Links("/api/v1/api-keys/01932f6e-5c00-7000-8000-0000000000a1")
        );

    internal static ApiKey Of(ApiKeyRow row) =>
        new(
            row.Id,
            row.Name,
            row.Hint,
            row.Permissions.Split(' '),
            row.CreatedAt,
            row.ExpiresAt,
            row.LastUsedAt,
            new Links($"/api/v1/api-keys/{row.Id}")
        );
}

/// <summary>A key as it is stored, its hash aside.</summary>
internal sealed record ApiKeyRow(
    Guid Id,
    string? Name,
    string Hint,
    string Permissions,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt
)
{
    public const string Columns = "id, name, hint, permissions, created_at, expires_at, last_used_at";
}
