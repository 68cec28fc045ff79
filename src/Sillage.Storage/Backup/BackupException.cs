namespace Sillage.Storage.Backup;

/// <summary>A backup cannot be made or restored; the message says why in one line. Nothing was changed.</summary>
public sealed class BackupException : StorageSetupException
{
    /// <summary>Says what is wrong and what to do.</summary>
    public BackupException(string message, Exception? inner = null)
        : base(message, inner) { }
}
