using Sillage.Api.Replies;

namespace Sillage.Files;

/// <summary>A file that somebody sent, to be attached to a message, a post or a record.</summary>
/// <param name="Id">Its id, by which it is attached.</param>
/// <param name="Name">What its sender called it.</param>
/// <param name="MediaType">What it is by its bytes, whatever its sender said (RFC 9110 section 8.3.1).</param>
/// <param name="Size">In bytes; of a picture, as it was encoded anew.</param>
/// <param name="Width">Of a picture, in pixels; absent for others.</param>
/// <param name="Height">Of a picture, in pixels; absent for others.</param>
/// <param name="CreatedAt">When it was sent.</param>
/// <param name="Links">
/// <c>content</c> and, of pictures, <c>thumbnail</c> (WebP, at most 320 pixels): each counts for whoever asked for it, for minutes, without a
/// token, so that a page can show it; ask again for others.
/// </param>
public sealed record StoredFile(
    Guid Id,
    string Name,
    string MediaType,
    long Size,
    long? Width,
    long? Height,
    DateTimeOffset CreatedAt,
    Links Links
);
