namespace Sillage.Files.Kinds;

/// <summary>What a file is, seen from far: what the setting <c>Files:Kinds</c> lists.</summary>
public enum FileKind
{
    /// <summary>A picture: PNG, JPEG, WebP or GIF; it is encoded anew.</summary>
    Picture,

    /// <summary>Sound: MP3, Ogg, WAV, FLAC, M4A.</summary>
    Sound,

    /// <summary>A film: MP4, WebM, QuickTime.</summary>
    Film,

    /// <summary>A PDF document.</summary>
    Document,

    /// <summary>Text in UTF-8, whatever it is called; HTML and SVG are given back as text.</summary>
    Text,

    /// <summary>An archive: ZIP (office documents too), gzip.</summary>
    Archive,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>What a file's bytes say that it is.</summary>
/// <param name="Kind">Seen from far.</param>
/// <param name="MediaType">What it is given back as.</param>
public readonly record struct FileType(FileKind Kind, string MediaType);
