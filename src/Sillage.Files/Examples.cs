using Sillage.Api.Replies;

namespace Sillage.Files;

/// <summary>What the document shows.</summary>
internal static class Examples
{
    public static StoredFile File { get; } =
        new(
            new Guid("3f2b6c1e-8a4d-4b7e-9c52-6d1f0e7a9b34"),
            "start.jpg",
            "image/jpeg",
            182_340,
            1600,
            1200,
            new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero),
            new Links("/api/v1/messaging/files/3f2b6c1e-8a4d-4b7e-9c52-6d1f0e7a9b34")
            {
                ["content"] = "/api/v1/messaging/files/3f2b6c1e-8a4d-4b7e-9c52-6d1f0e7a9b34/content?token=q83vEjRWeJA",
            }
        );
}
