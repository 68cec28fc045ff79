using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Sillage.Api.Replies;

namespace Sillage.Rowing.Squads;

/// <summary>An invitation into a squad, to make.</summary>
/// <param name="Hours">For how long it counts, 1 to 8760 (a year). Default a week.</param>
/// <param name="Uses">How many may come by it, 1 to 500. Default one.</param>
public sealed record NewSquadInvitation(
    [property: Range(1, 8760)] int Hours = 168,
    [property: Range(1, 500)] int Uses = 1
);

/// <summary>An invitation into a squad.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Code">What whoever comes shows; told once, when it is made.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it counts.</param>
/// <param name="UsesLeft">How many may still come by it.</param>
/// <param name="Links">Where it is.</param>
public sealed record SquadInvitation(
    Guid Id,
    string? Code,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    long UsesLeft,
    Links Links
)
{
    internal static SquadInvitation Example { get; } =
        new(
            Guid.Empty,
            "kq3v9S0mX2yqJmH5mT0b8A",
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddDays(7),
            1,
            LinksOf(Guid.Empty, Guid.Empty)
        );

    internal static Links LinksOf(Guid squad, Guid id) =>
        new($"{SquadResource.AddressOf(squad)}/invitations/{id}") { ["accept"] = "/api/v1/squads/join" };

    /// <summary>Random, and kept as a digest only.</summary>
    internal static string NewCode() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    internal static byte[] HashOf(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}
