namespace Sillage.Files.Kinds;

/// <summary>
/// Tells what a file is by its first bytes: what a sender says of it, by name or by <c>Content-Type</c>, counts for nothing, as a browser
/// might believe it.
/// </summary>
internal static class FileTypes
{
    private static readonly FileType Unknown = new(FileKind.Other, "application/octet-stream");
    private static readonly FileType PlainText = new(FileKind.Text, "text/plain; charset=utf-8");

    /// <summary>What the file is.</summary>
    public static FileType Of(ReadOnlySpan<byte> file) =>
        file switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Picture("png"),
            [0xFF, 0xD8, 0xFF, ..] => Picture("jpeg"),
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => Picture("gif"),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, .. var riff] => OfRiff(riff),
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', (byte)'-', ..] => new(FileKind.Document, "application/pdf"),
            [(byte)'P', (byte)'K', 0x03, 0x04, ..] or [(byte)'P', (byte)'K', 0x05, 0x06, ..] => new(
                FileKind.Archive,
                "application/zip"
            ),
            [0x1F, 0x8B, 0x08, ..] => new(FileKind.Archive, "application/gzip"),
            [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] => new(FileKind.Sound, "audio/ogg"),
            [(byte)'f', (byte)'L', (byte)'a', (byte)'C', ..] => new(FileKind.Sound, "audio/flac"),
            [(byte)'I', (byte)'D', (byte)'3', ..] => new(FileKind.Sound, "audio/mpeg"),
            [0xFF, 0xFB or 0xF3 or 0xF2, ..] => new(FileKind.Sound, "audio/mpeg"),
            [0x1A, 0x45, 0xDF, 0xA3, ..] => OfMatroska(file),
            [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', .. var brand] => OfBrand(brand),
            _ => IsText(file) ? PlainText : Unknown,
        };

    private static FileType Picture(string subtype) => new(FileKind.Picture, $"image/{subtype}");

    private static FileType OfRiff(ReadOnlySpan<byte> form) =>
        form.StartsWith("WEBP"u8) ? Picture("webp")
        : form.StartsWith("WAVE"u8) ? new FileType(FileKind.Sound, "audio/wav")
        : Unknown;

    /// <summary>WebM is Matroska that says so in its header (RFC 9559, the element DocType).</summary>
    private static FileType OfMatroska(ReadOnlySpan<byte> file) =>
        file[..Math.Min(file.Length, 64)].IndexOf("webm"u8) >= 0 ? new FileType(FileKind.Film, "video/webm") : Unknown;

    /// <summary>The brand of an ISO media file (ISO/IEC 14496-12). AVIF and HEIC are of the family too, and no picture that can be encoded anew here.</summary>
    private static FileType OfBrand(ReadOnlySpan<byte> brand) =>
        brand.StartsWith("M4A"u8) || brand.StartsWith("M4B"u8) ? new FileType(FileKind.Sound, "audio/mp4")
        : brand.StartsWith("qt  "u8) ? new FileType(FileKind.Film, "video/quicktime")
        : brand.StartsWith("isom"u8)
        || brand.StartsWith("iso"u8)
        || brand.StartsWith("mp4"u8)
        || brand.StartsWith("avc1"u8)
        || brand.StartsWith("M4V"u8)
        || brand.StartsWith("dash"u8)
            ? new FileType(FileKind.Film, "video/mp4")
        : Unknown;

    /// <summary>UTF-8 without control characters other than tab, line feed, form feed and carriage return.</summary>
    private static bool IsText(ReadOnlySpan<byte> file)
    {
        foreach (var b in file)
        {
            if (b is < 0x20 and not (0x09 or 0x0A or 0x0C or 0x0D) or 0x7F)
            {
                return false;
            }
        }

        return System.Text.Unicode.Utf8.IsValid(file);
    }
}
