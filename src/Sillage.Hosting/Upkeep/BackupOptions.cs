using System.ComponentModel.DataAnnotations;

namespace Sillage.Hosting.Upkeep;

/// <summary>Backups that the server makes, when it is asked to and by itself: section <c>Backups</c>.</summary>
public sealed class BackupOptions
{
    /// <summary>
    /// The folder. A disk of its own, or one that is copied elsewhere, is worth more than one beside the data. Default: the folder
    /// <c>backups</c> in the data folder.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>
    /// How often a backup is made by itself, and checked. 1 hour to 31 days; default none: only when asked. Of processes that share a
    /// database one is enough.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "31.00:00:00")]
    public TimeSpan? Every { get; set; }

    /// <summary>
    /// How many stay of those that the server has named, by itself or when asked; older ones go once one that it made by itself is whole
    /// and checked. 1 to 1000, default 14.
    /// </summary>
    [Range(1, 1000)]
    public int Keep { get; set; } = 14;
}
