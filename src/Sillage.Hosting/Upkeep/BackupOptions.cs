namespace Sillage.Hosting.Upkeep;

/// <summary>Where backups lie that the server makes when it is asked to: section <c>Backups</c>.</summary>
public sealed class BackupOptions
{
    /// <summary>
    /// The folder. A disk of its own, or one that is copied elsewhere, is worth more than one beside the data. Default: the folder
    /// <c>backups</c> in the data folder.
    /// </summary>
    public string? Folder { get; set; }
}
