using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Sillage.Api.Replies;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Members;

/// <summary>An invitation to make.</summary>
/// <param name="Hours">For how long it counts, 1 to 8760 (a year); until it is taken back if left out.</param>
/// <param name="Uses">How many may come by it, 1 to 100 000; as many as like if left out.</param>
public sealed record NewInvitation(
    [property: Range(1, 8760)] int? Hours = null,
    [property: Range(1, 100_000)] int? Uses = null
);

/// <summary>An invitation into a room.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Code">What whoever comes shows; told once, when it is made.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it counts.</param>
/// <param name="UsesLeft">How many may still come by it.</param>
/// <param name="Links">Where it is.</param>
public sealed record Invitation(
    Guid Id,
    string? Code,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    long? UsesLeft,
    Links Links
)
{
    internal static Invitation Example { get; } =
        new(Guid.Empty, "kq3v9S0mX2yqJmH5mT0b8A", DateTimeOffset.UnixEpoch, null, 10, LinksOf(Guid.Empty, Guid.Empty));

    internal static string AddressOf(Guid room, Guid id) => $"{RoomResource.AddressOf(room)}/invitations/{id}";

    internal static Links LinksOf(Guid room, Guid id) =>
        new(AddressOf(room, id)) { ["room"] = RoomResource.AddressOf(room), ["accept"] = "/api/v1/rooms/join" };
}

/// <summary>The codes of invitations: random, and kept as a digest only.</summary>
internal static class InvitationCode
{
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    public static byte[] HashOf(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}
