using System.ComponentModel.DataAnnotations;
using Sillage.Files.Kinds;

namespace Sillage.Files;

/// <summary>The settings of files that people attach, section <c>Files</c>.</summary>
public sealed class FilesOptions
{
    /// <summary>The largest file, in bytes. 1 KiB to 100 MiB, default 10 MiB.</summary>
    [Range(1024, 100 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>
    /// The largest picture, in pixels: it is unpacked with 4 bytes for each. 1 000 to 200 000 000, default 40 000 000.
    /// </summary>
    [Range(1_000, 200_000_000)]
    public long MaxPixels { get; set; } = 40_000_000;

    /// <summary>How much one account may keep in files, in each module, in bytes. 1 MiB to 1 TiB, default 1 GiB.</summary>
    [Range(1L << 20, 1L << 40)]
    public long BytesPerAccount { get; set; } = 1L << 30;

    /// <summary>
    /// The kinds of files that are taken, told by their bytes: some of <c>picture</c>, <c>sound</c>, <c>film</c>, <c>document</c>,
    /// <c>text</c>, <c>archive</c>, <c>other</c>. Default, where none is named: all but <c>other</c>.
    /// </summary>
    public IReadOnlyList<FileKind> Kinds { get; set; } = [];

    /// <summary>The kinds that are taken.</summary>
    internal IReadOnlyList<FileKind> TakenKinds() =>
        Kinds.Count > 0 ? Kinds : [.. Enum.GetValues<FileKind>().Where(kind => kind != FileKind.Other)];

    /// <summary>How long a file waits to be attached to something. 10 minutes to 30 days, default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan KeepUnattached { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long a link to a file's content counts. 1 minute to 1 day, default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromMinutes(10);
}
