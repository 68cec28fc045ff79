namespace Sillage.Files;

/// <summary>A file as it is stored, in the database of the module whose it is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="OwnerId">The account that sent it.</param>
/// <param name="AttachedTo">What it belongs to: a message, a post; null while it waits.</param>
/// <param name="Name">What its sender called it.</param>
/// <param name="MediaType">What it is by its bytes.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Hash">SHA-256 of its bytes.</param>
/// <param name="Width">Of a picture, in pixels.</param>
/// <param name="Height">Of a picture, in pixels.</param>
/// <param name="Thumbnail">Whether there is a small one of it.</param>
/// <param name="CreatedAt">When it was sent.</param>
public sealed record FileRow(
    Guid Id,
    Guid OwnerId,
    Guid? AttachedTo,
    string Name,
    string MediaType,
    long Size,
    byte[] Hash,
    long? Width,
    long? Height,
    bool Thumbnail,
    DateTimeOffset CreatedAt
)
{
    internal const string Columns =
        "id, owner_id, attached_to, name, media_type, size, hash, width, height, thumbnail, created_at";
}
